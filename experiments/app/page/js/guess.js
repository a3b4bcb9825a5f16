// Predict, then reveal: the class says a share before the record and the model are shown.

import { bothCalendars } from "./dates.js";
import { clear, html, percent } from "./draw.js";
import { predictionOf, strip } from "./record.js";

export class Guess {
  constructor(world) {
    this.world = world;
    this.dialog = document.getElementById("guess");
    this.made = new Map();
    this.then = null;
    this.dialog.addEventListener("close", () => this.then?.());
  }

  // The first documented figure after one day and up to another that nobody has guessed yet.
  next(after, upTo) {
    const index = this.world.documented.findIndex((each, i) => each.ask && each.last > after && each.last <= upTo && !this.made.has(i));
    return index < 0 ? null : index;
  }

  ask(index, history, then) {
    const each = this.world.documented[index];
    this.then = then;
    const output = html("output", { class: "guess-value", for: "guess-slider" }, "50 %");
    const slider = html("input", { type: "range", id: "guess-slider", min: "0", max: "100", value: "50", "aria-label": each.ask, oninput: (event) => { output.textContent = `${event.target.value} %`; } });
    const answer = html("div", { class: "guess-answer", "aria-live": "polite" });
    const reveal = html("button", { class: "main", id: "guess-reveal", onclick: () => this.#reveal(index, history, Number(slider.value) / 100, answer, [slider, reveal]) }, "Show the record");
    clear(this.dialog);
    this.dialog.append(
      html("p", { class: "dates" }, bothCalendars(each.first, each.last)),
      html("h2", { id: "guess-title" }, each.title),
      html("p", { class: "guess-ask" }, each.ask),
      html("div", { class: "guess-row" }, [slider, output]),
      answer,
      html("div", { class: "buttons" }, [reveal, html("button", { id: "guess-on", onclick: () => this.dialog.close() }, "Go on")]),
    );
    this.dialog.showModal();
    slider.focus();
  }

  #reveal(index, history, guess, answer, used) {
    const each = this.world.documented[index];
    const share = each.values[each.headline];
    const prediction = predictionOf(this.world, history, index)?.[each.headline] ?? null;
    const middle = prediction ? (Number.isFinite(prediction.middle) ? prediction.middle : prediction.run) : NaN;
    this.made.set(index, { guess, share, model: middle });
    for (const element of used) element.disabled = true;
    const row = (mark, name, value, off) => html("tr", {}, [html("th", { scope: "row" }, `${mark} ${name}`), html("td", { class: "number strong" }, percent(value)), html("td", {}, off === null ? "" : `${Math.round(100 * Math.abs(off))} points off`)]);
    clear(answer);
    answer.append(
      strip(Math.min(560, this.dialog.clientWidth - 60), share, prediction, { guess }),
      html("table", {}, html("tbody", {}, [row("◆", "The record", share, null), row("◌", "The class", guess, guess - share), row("●", "The model", middle, middle - share)])),
      html("p", { class: "source" }, each.citation),
      html("p", {}, this.tally()),
    );
    document.getElementById("guess-on").focus();
  }

  tally() {
    const all = [...this.made.values()];
    const mean = (key) => (100 * all.reduce((sum, each) => sum + Math.abs(each[key] - each.share), 0)) / all.length;
    return `So far, over ${all.length} ${all.length === 1 ? "figure" : "figures"}, the class was ${mean("guess").toFixed(0)} points off on average, the model ${mean("model").toFixed(0)}.`;
  }
}
