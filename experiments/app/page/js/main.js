// The page: gathers what the model sends, lets time run, and keeps every picture up to date.

import { buildAbout } from "./about.js";
import { longDate } from "./dates.js";
import { readTokens, token } from "./draw.js";
import { Guess } from "./guess.js";
import { History, differenceBand } from "./history.js";
import { SaveMenu, download, unsqueezed } from "./save.js";
import { VIEWS, change, fromHash, historyOf, isChanged, isComparing, keyOf, onChange, shownSlot, state, toHash } from "./state.js";
import { Timeline } from "./timeline.js";
import { BodiesView, PeopleView, PlacesView, RecordView, StoryView } from "./views.js";
import { WhatIf, baseWords, chosenWords } from "./whatif.js";
import { Wire, unpack } from "./wire.js";

const HISTORIES_KEPT = 6;
const SETTLED_MS = 500; // wait so long after a change before the intervals are computed

class App {
  constructor(embedded) {
    this.embedded = embedded;
    this.histories = new Map();
    this.differences = new Map();
    this.asked = null;
    this.playing = false;
    this.pinnedEvent = null;
    this.pinnedRecord = null;
    this.notice = document.getElementById("notice");
    this.measures = { year: null, redraw: [], frames: [] }; // milliseconds
    window.allegiance = this; // for tests and the curious
    if (embedded) this.openEmbedded();
    else this.wire = new Wire((...frame) => this.take(...frame), (now) => this.connection(now));
  }

  // --- what comes from the model ---------------------------------------------------------

  connection(now) {
    document.body.classList.toggle("offline", now === "closed");
    this.asked = null;
    if (now === "closed") this.say("The model is not there. Is allegiance app still running? Trying again …", true);
    else this.say("");
  }

  take(header, arrays, buffer) {
    if (header.type === "hello") return this.greet(header);
    if (header.type === "error") return this.fault(header);
    if (header.type === "file") return download(header.name, new Blob([arrays.content.data]));
    if (header.type === "unit") return header.id === this.unitAsked && this.views.people.showUnit(header, arrays);
    if (header.type === "person") return header.id === this.personAsked && this.views.people.showPerson(header);
    if (!this.asked || header.id !== this.asked.id) return undefined;
    if (header.type === "progress") return this.say(`Intervals: ${header.done} of ${header.of} runs`, true);
    if (header.type === "difference") {
      this.differences.set(`${this.asked.keys.a} ${this.asked.keys.b}`, { arrays, frame: buffer, bands: new Map() });
      return this.finished();
    }
    const history = this.histories.get(this.asked.keys[header.slot]);
    history.take(header, arrays, buffer);
    if (header.type === "days") {
      this.say(`Computing: ${longDate(header.stop - 1)}`, true);
      if (!this.lastB) this.shownSoon();
    }
    if (header.type === "end" && header.slot === this.asked.last) this.finished();
    if (header.type === "bands") {
      history.cache.clear();
      if (!("b" in this.asked.keys) || !("a" in this.asked.keys)) this.finished();
    }
    return undefined;
  }

  greet(world) {
    if (this.world) { // the connection came back
      this.world = world;
      this.ask();
      return;
    }
    this.world = world;
    readTokens();
    for (const view of Object.values(document.querySelectorAll(".view"))) view.textContent = "";
    change(fromHash(this.embedded ? this.embedded.hash : window.location.hash, world));
    this.build();
    if (!this.embedded) this.ask();
  }

  fault(header) {
    this.say(header.message);
    if (this.asked && header.id === this.asked.id) {
      for (const key of Object.values(this.asked.keys)) if (!this.histories.get(key)?.done) this.histories.delete(key);
      this.asked = null;
    }
  }

  finished() {
    const { kind, started } = this.asked;
    this.asked = null;
    if (kind === "run") {
      // The second frame begins when the first has been drawn.
      requestAnimationFrame(() => requestAnimationFrame(() => {
        this.measures.year ??= performance.now();
        this.measures.redraw.push(performance.now() - started);
      }));
    }
    this.say("");
    this.show();
    this.ask();
  }

  shownSoon() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = null;
      this.show();
    });
  }

  // --- what is asked of the model -------------------------------------------------------------

  // Ask for what is missing: first the histories themselves, then, when all is quiet, intervals.
  ask() {
    if (this.embedded || !this.world) return;
    if (this.asked && this.asked.kind === "run") return; // the latest wish is looked at when it is done
    const slots = isChanged() ? ["a", "b"] : ["b"];
    const keys = Object.fromEntries(slots.map((slot) => [slot, keyOf(historyOf(slot))]));
    const missing = slots.filter((slot) => !this.histories.get(keys[slot])?.done);
    clearTimeout(this.timer);
    if (missing.length) {
      const histories = {};
      for (const slot of missing) {
        histories[slot] = historyOf(slot);
        this.histories.delete(keys[slot]);
        this.histories.set(keys[slot], new History(this.world));
      }
      const id = this.wire.ask({ type: "run", histories });
      if (id === null) return;
      this.asked = { kind: "run", id, keys: Object.fromEntries(missing.map((slot) => [slot, keys[slot]])), last: missing.at(-1), started: this.changedAt ?? performance.now() };
      this.changedAt = null;
      for (const key of this.histories.keys()) if (this.histories.size > HISTORIES_KEPT && !Object.values(keys).includes(key)) this.histories.delete(key);
      return;
    }
    const pair = slots.length === 2 ? `${keys.a} ${keys.b}` : null;
    if (slots.every((slot) => this.histories.get(keys[slot]).bands) && (!pair || this.differences.has(pair))) return;
    if (this.asked) return;
    this.timer = setTimeout(() => {
      if (this.asked) return;
      const id = this.wire.ask({ type: "ensemble", histories: Object.fromEntries(slots.map((slot) => [slot, historyOf(slot)])) });
      if (id !== null) this.asked = { kind: "ensemble", id, keys, last: slots.at(-1) };
    }, SETTLED_MS);
  }

  askPeople() {
    if (this.embedded || state.view !== "people") return;
    const history = historyOf(shownSlot());
    const key = `${keyOf(history)} ${state.unit}`;
    if (state.unit !== null && this.unitShown !== key) {
      this.unitShown = key;
      this.unitAsked = this.wire.ask({ type: "unit", history, unit: state.unit });
      this.personShown = null;
    }
    const person = `${keyOf(history)} ${state.person}`;
    if (state.person === null) this.personShown = null;
    else if (this.personShown !== person) {
      this.personShown = person;
      this.personAsked = this.wire.ask({ type: "person", history, person: state.person });
    }
  }

  // What is shown of a history; while a new what-if is computed, the last one stays.
  history(slot) {
    const found = this.histories.get(keyOf(historyOf(isChanged() ? slot : "b"))) ?? null;
    if (found?.done || slot === "a") return found;
    return this.lastB ?? found;
  }

  differenceBand(kind, id) {
    const pair = this.differences.get(`${keyOf(historyOf("a"))} ${keyOf(historyOf("b"))}`);
    if (!pair) return null;
    const key = `${kind} ${id}`;
    if (!pair.bands.has(key)) pair.bands.set(key, differenceBand(this.world, pair.arrays, kind, id));
    return pair.bands.get(key);
  }

  names() {
    return { a: baseWords(this.world), b: chosenWords(this.world) };
  }

  // --- building and showing ----------------------------------------------------------------------

  build() {
    const { world } = this;
    const fixed = Boolean(this.embedded);
    this.applyTheme();
    this.views = {};
    for (const [name, View] of [["story", StoryView], ["places", PlacesView], ["bodies", BodiesView], ["votes", RecordView], ["people", PeopleView]]) {
      this.views[name] = new View(document.getElementById(`view-${name}`), this);
    }
    this.timeline = new Timeline(document.querySelector(".timeline"), world, {
      onPlay: () => this.play(!this.playing),
      onPickEvent: (event) => {
        change({ day: event.first });
        this.pinnedEvent = event;
        this.tick();
      },
      onPickRecord: (index) => {
        this.pinnedRecord = index;
        change({ day: Math.min(world.documented[index].last, world.n_days - 1) });
        this.tick();
      },
    });
    this.whatIf = new WhatIf(world, { fixed });
    this.guess = new Guess(world);
    buildAbout(world);
    this.saveMenu = new SaveMenu({
      world, say: (words) => this.say(words),
      ask: (format) => this.wire.ask({ type: "export", format, histories: this.shownHistories() }),
      histories: () => (isChanged() ? ["a", "b"] : ["b"]).map((slot) => [slot, this.history(slot)]).filter(([, each]) => each?.done),
      difference: () => this.differences.get(`${keyOf(historyOf("a"))} ${keyOf(historyOf("b"))}`) ?? null,
    }, { fixed });
    if (fixed) document.getElementById("tab-people").hidden = true;
    this.#buttons();
    onChange((changed) => this.changed(changed));
    window.addEventListener("hashchange", () => {
      if (window.location.hash !== toHash()) change(fromHash(window.location.hash, world));
    });
    this.show();
    document.body.classList.add("ready");
  }

  shownHistories() {
    return Object.fromEntries((isChanged() ? ["a", "b"] : ["b"]).map((slot) => [slot, historyOf(slot)]));
  }

  #buttons() {
    for (const tab of document.querySelectorAll("[role=tab]")) tab.addEventListener("click", () => change({ view: tab.dataset.view }));
    document.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
      const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!move) return;
      event.preventDefault();
      event.stopPropagation();
      const next = VIEWS[(VIEWS.indexOf(state.view) + move + VIEWS.length) % VIEWS.length];
      change({ view: next });
      document.getElementById(`tab-${next}`).focus();
    });
    for (const name of ["glossary", "limits"]) document.getElementById(`${name}-button`).addEventListener("click", () => document.getElementById(name).showModal());
    document.getElementById("theme-button").addEventListener("click", () => change({ theme: this.isDark() ? "light" : "dark" }));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.applyTheme());
    document.addEventListener("keydown", (event) => this.key(event));
    // The size of text follows the window's: a projector plugged in draws everything anew.
    let size = token("rem");
    window.addEventListener("resize", () => {
      readTokens();
      if (token("rem") === size) return;
      size = token("rem");
      this.changed(new Set(["theme"]));
    });
  }

  isDark() {
    return state.theme ? state.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  }

  applyTheme() {
    document.documentElement.dataset.theme = this.isDark() ? "dark" : "light";
    readTokens();
  }

  changed(changed) {
    if (changed.has("theme")) this.applyTheme();
    if (["scenarios", "parameters", "base", "seed"].some((key) => changed.has(key))) {
      this.changedAt = performance.now();
      this.lastB = this.history("b") ?? this.lastB;
      this.ask();
    }
    if (changed.has("day")) {
      this.pinnedEvent = null;
      if (changed.size === 1) {
        this.tick();
        this.remember();
        return;
      }
    }
    this.show();
    this.remember();
  }

  remember() {
    clearTimeout(this.remembering);
    this.remembering = setTimeout(() => {
      if (!this.embedded) window.history.replaceState(null, "", toHash());
    }, 300);
  }

  show() {
    if (!this.views) return;
    const b = this.history("b");
    if (b?.done) this.lastB = b;
    for (const name of VIEWS) {
      document.getElementById(`view-${name}`).hidden = name !== state.view;
      const tab = document.getElementById(`tab-${name}`);
      tab.setAttribute("aria-selected", String(name === state.view));
      tab.tabIndex = name === state.view ? 0 : -1;
    }
    document.documentElement.dataset.comparing = String(isComparing());
    this.whatIf.show();
    this.views[state.view].show();
    this.timeline.marks(b, isComparing() ? this.history("a") : null);
    this.askPeople();
    this.tick();
  }

  tick() {
    if (!this.views) return;
    this.timeline.tick(state.day, this.playing);
    this.views[state.view].tick(state.day);
    document.getElementById("spoken").textContent = this.playing ? "" : longDate(state.day);
  }

  // --- time ------------------------------------------------------------------------------------

  play(on) {
    this.playing = on;
    if (on && state.day >= this.world.n_days - 1) change({ day: 0 });
    this.pinnedRecord = null;
    this.tick();
    if (!on) return;
    let before = null;
    const step = (now) => {
      if (!this.playing) return;
      if (before !== null) {
        this.measures.frames.push(now - before);
        this.advance(Math.min(now - before, 250));
      }
      before = now;
      if (this.playing) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  advance(elapsed) {
    const limit = Math.min(this.world.n_days, this.history("b")?.upTo ?? 1) - 1;
    let day = Math.min(state.day + (elapsed / 1000) * this.timeline.speed, limit);
    const stop = state.guess ? this.guess.next(Math.floor(state.day), Math.floor(day)) : null;
    if (stop !== null) {
      day = Math.max(state.day, this.world.documented[stop].last - 0.01);
      state.day = day;
      this.play(false);
      this.guess.ask(stop, this.history("b"), () => {
        change({ day: this.world.documented[stop].last });
        this.play(true);
      });
      return;
    }
    state.day = day;
    this.pinnedEvent = null;
    if (day >= this.world.n_days - 1) this.play(false);
    this.tick();
    if (!this.playing) this.remember();
  }

  key(event) {
    const typing = event.target.closest("input, select, textarea, dialog") && !(event.target.type === "checkbox");
    if (event.altKey || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    if (event.key === " " && (event.target.closest("button, summary, select, [role=button], input") )) return;
    if (typing && event.key !== " ") return;
    const last = this.world.n_days - 1;
    const to = (day) => change({ day: Math.max(0, Math.min(last, day)) });
    const week = event.shiftKey ? 7 : 1;
    const actions = {
      " ": () => this.play(!this.playing),
      ArrowRight: () => to(Math.floor(state.day) + week), ArrowLeft: () => to(Math.ceil(state.day) - week),
      Home: () => to(0), End: () => to(last),
      c: () => change({ compare: !state.compare }), g: () => change({ guess: !state.guess }),
      "?": () => document.getElementById("glossary").showModal(),
    };
    VIEWS.forEach((view, i) => { actions[String(i + 1)] = () => change({ view }); });
    const act = actions[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  say(words, quiet = false) {
    if (this.timeline) this.timeline.status.textContent = quiet ? words : "";
    if (quiet && this.timeline && !document.body.classList.contains("offline")) return;
    this.notice.textContent = words;
    this.notice.classList.toggle("quiet", quiet);
    clearTimeout(this.silence);
    if (words && !quiet) this.silence = setTimeout(() => { this.notice.textContent = ""; }, 9000);
  }

  // --- a finished comparison, without a model -------------------------------------------------------

  async openEmbedded() {
    document.body.classList.add("portable");
    this.greet(this.embedded.world);
    const keys = { a: keyOf(historyOf("a")), b: keyOf(historyOf("b")) };
    for (const slot of ["a", "b"]) this.histories.set(keys[slot], this.histories.get(keys[slot]) ?? new History(this.world));
    for (const { slot, data } of this.embedded.frames) {
      const buffer = await unsqueezed(data);
      const { header, arrays } = unpack(buffer);
      if (header.type === "difference") this.differences.set(`${keys.a} ${keys.b}`, { arrays, frame: buffer, bands: new Map() });
      else this.histories.get(keys[slot]).take(header, arrays, buffer);
    }
    for (const history of this.histories.values()) history.cache.clear();
    this.show();
  }
}

const embeddedText = document.getElementById("embedded")?.textContent ?? "null";
document.fonts.ready.then(() => new App(JSON.parse(embeddedText)));
