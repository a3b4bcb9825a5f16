// Switches for scenarios, sliders for parameters, and what is compared with what.

import { clear, html } from "./draw.js";
import { countBelow, moreBelow } from "./scroll.js";
import { change, isChanged, state } from "./state.js";

const LISTED_FIRST = ["no_revolt", "revolt_reaches_capital", "bolsheviks_aside", "july_harsher"];
const STEPS = 400;

// Sliders move evenly in the logarithm where the range allows it.
export function toStep(slider, value) {
  return Math.round((STEPS * Math.log(value / slider.low)) / Math.log(slider.high / slider.low));
}

export function fromStep(slider, step) {
  if (Math.abs(step - toStep(slider, slider.centre)) <= 2) return slider.centre;
  return Number((slider.low * (slider.high / slider.low) ** (step / STEPS)).toPrecision(4));
}

function shown(value) {
  return value >= 0.1 ? value.toPrecision(2).replace(/\.0$/, "") : value.toPrecision(2);
}

function aboutSlider(slider) {
  const learnt = slider.learnt ? ` The documented figures leave ${slider.learnt.map(shown).join(" to ")} open (nine in ten).` : "";
  return `${slider.about} The slider spans what was thought possible before, ${shown(slider.low)} to ${shown(slider.high)}.${learnt}`;
}

export class WhatIf {
  constructor(world, { fixed = false } = {}) {
    this.world = world;
    this.fixed = fixed;
    this.scenarioHost = document.getElementById("scenarios");
    this.sliderHost = document.getElementById("sliders");
    this.foot = document.getElementById("what-if-foot");
    this.build();
  }

  build() {
    const rank = ({ id }) => (LISTED_FIRST.includes(id) ? LISTED_FIRST.indexOf(id) : 50);
    for (const scenario of [...this.world.scenarios].sort((x, y) => rank(x) - rank(y))) {
      const box = html("input", {
        type: "checkbox", role: "switch", id: `scenario-${scenario.id}`, "data-scenario": scenario.id, disabled: this.fixed,
        onchange: (event) => this.#switch(scenario.id, event.target.checked),
      });
      this.scenarioHost.append(html("div", { class: "scenario" }, [
        html("label", { title: scenario.changes }, [box, html("span", {}, scenario.title)]),
        html("details", { class: "scenario-more", id: `more-${scenario.id}`, hidden: true, ontoggle: (event) => event.target.open && this.#bringUp(event.target.parentElement) }, [
          html("summary", {}, "What it changes, and cannot claim"),
          html("p", {}, scenario.changes),
          html("p", { class: "caution" }, [html("b", {}, "It cannot claim: "), scenario.cannot_claim]),
        ]),
      ]));
    }
    moreBelow(this.scenarioHost, (scroller) => countBelow(scroller, ".scenario > label"));
    moreBelow(document.getElementById("slider-box"));
    for (const slider of this.world.sliders) {
      const output = html("output", { id: `value-${slider.id}` });
      const input = html("input", {
        type: "range", id: `slider-${slider.id}`, min: "0", max: String(STEPS), step: "1", disabled: this.fixed, "data-slider": slider.id,
        oninput: (event) => this.#slide(slider, Number(event.target.value)),
      });
      this.sliderHost.append(html("div", { class: `slider ${slider.main ? "" : "minor"}` }, [
        html("label", { for: `slider-${slider.id}`, title: aboutSlider(slider) }, [slider.title, output]),
        input,
      ]));
    }
    if (this.fixed) {
      this.foot.append(html("p", {}, "This is a file of a finished comparison. For other questions start the model: allegiance app."));
      return;
    }
    this.compareBox = html("input", { type: "checkbox", id: "compare", role: "switch", onchange: (event) => change({ compare: event.target.checked }) });
    this.reset = html("button", { id: "reset", title: "Back to 1917 in the model", onclick: () => this.#set({ scenarios: [], parameters: {}, base: { scenarios: [], parameters: {} }, person: null }) }, "Reset");
    this.keep = html("button", { id: "keep", title: "Compare what comes next with what is set now", onclick: () => change({ base: { scenarios: [...state.scenarios], parameters: { ...state.parameters } } }) }, "Keep as baseline");
    this.luck = html("button", { id: "luck", title: "The same histories with other draws", onclick: () => change({ seed: (state.seed + 1) % 2 ** 31 }) }, "Other luck");
    this.base = html("p", { class: "base" });
    this.foot.append(html("label", { class: "scenario compare" }, [this.compareBox, html("span", {}, "Compare side by side")]), this.base, html("div", { class: "buttons" }, [this.reset, this.keep, this.luck]));
    this.show();
  }

  // Open text is read from its switch on.
  #bringUp(scenario) {
    const [host, box] = [this.scenarioHost.getBoundingClientRect(), scenario.getBoundingClientRect()];
    if (box.bottom > host.bottom) this.scenarioHost.scrollTop += box.top - host.top;
  }

  // What a change does is seen in the days to come: they are drawn, and hidden again when it is taken back.
  #set(update) {
    const isBack = isSame({ ...state, ...update }, update.base ?? state.base);
    if (!isBack && !state.whole) this.drewWhole = true;
    const whole = isBack ? state.whole && !this.drewWhole : true;
    if (isBack) this.drewWhole = false;
    change({ ...update, whole, shown: "b" });
  }

  #switch(id, on) {
    const scenarios = state.scenarios.filter((each) => each !== id);
    if (on) scenarios.push(id);
    this.#set({ scenarios });
  }

  #slide(slider, step) {
    const parameters = { ...state.parameters };
    const value = fromStep(slider, step);
    if (value === slider.centre) delete parameters[slider.id];
    else parameters[slider.id] = value;
    this.#set({ parameters });
  }

  show() {
    if (!state.whole) this.drewWhole = false; // whoever unticks it by hand has decided
    for (const scenario of this.world.scenarios) {
      const on = state.scenarios.includes(scenario.id);
      document.getElementById(`scenario-${scenario.id}`).checked = on;
      document.getElementById(`more-${scenario.id}`).hidden = !on;
    }
    for (const slider of this.world.sliders) {
      const value = state.parameters[slider.id] ?? slider.centre;
      const input = document.getElementById(`slider-${slider.id}`);
      if (document.activeElement !== input) input.value = String(toStep(slider, value));
      input.setAttribute("aria-valuetext", `${shown(value)}, untouched ${shown(slider.centre)}`);
      const output = document.getElementById(`value-${slider.id}`);
      output.textContent = shown(value);
      output.classList.toggle("moved", value !== slider.centre);
    }
    if (Object.keys(state.parameters).length) document.getElementById("slider-box").open = true;
    if (this.fixed) return;
    this.compareBox.checked = state.compare;
    this.compareBox.disabled = !isChanged();
    const titles = baseWords(this.world);
    clear(this.base);
    const moved = Object.keys(state.parameters).length ? " In the intervals, moved sliders are held and the others vary." : "";
    this.base.append(isChanged() ? `Baseline: ${titles}. Same luck on both sides; they part where the change sets in.${moved}` : "Switch something on: the year is computed again, and drawn beside 1917 in the model.");
    this.reset.disabled = !isChanged() && titles === "1917 in the model";
    this.keep.disabled = !isChanged();
  }
}

function isSame(one, other) {
  const written = ({ scenarios, parameters }) => JSON.stringify([[...scenarios].sort(), Object.entries(parameters).sort()]);
  return written(one) === written(other);
}

function inWords(world, chosen) {
  const titles = chosen.scenarios.map((id) => world.scenarios.find((each) => each.id === id)?.title ?? id);
  for (const [id, value] of Object.entries(chosen.parameters)) {
    titles.push(`${world.sliders.find((each) => each.id === id)?.title ?? id} ${shown(value)}`);
  }
  return titles.join(" + ") || "1917 in the model";
}

export function baseWords(world) {
  return inWords(world, state.base);
}

export function chosenWords(world) {
  return inWords(world, state);
}
