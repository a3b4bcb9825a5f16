// The five views: what each is made of, and how it is filled from the histories.

import { KIND_NAMES } from "./about.js";
import { bothCalendars } from "./dates.js";
import { DifferenceChart } from "./difference.js";
import { clear, html, rem } from "./draw.js";
import { Hemicycle } from "./hemicycle.js";
import { LagChart } from "./lag.js";
import { CarpetChart, unitTitle, yearOf } from "./people.js";
import { PlacesChart, legend } from "./places.js";
import { RecordList, recordCard, scoreText } from "./record.js";
import { countBelow, moreBelow } from "./scroll.js";
import { SharesChart, topOfLines } from "./shares.js";
import { change, isChanged, isComparing, shownSlot, state } from "./state.js";

export function panel(className, caption, content, extra = []) {
  const title = html("h2", {}, caption);
  const element = html("section", { class: `panel ${className}` }, [html("div", { class: "panel-head" }, [title, ...extra]), ...[].concat(content)]);
  return { element, title };
}

function picker(id, label, options, act) {
  const select = html("select", { id, "aria-label": label, onchange: (event) => act(event.target.value) });
  for (const { group, items } of options) {
    const into = group ? html("optgroup", { label: group }) : select;
    for (const { value, name } of items) into.append(html("option", { value }, name));
    if (group) select.append(into);
  }
  return select;
}

function placeOptions(world) {
  const sectors = [...new Set(world.places.map((each) => each.sector))];
  return sectors.map((sector) => ({
    group: world.sectors[sector] || "Villages",
    items: world.places.filter((each) => each.sector === sector).map((each) => ({ value: each.id, name: each.title })),
  }));
}

function bodyOptions(world) {
  return Object.keys(world.body_kinds).map((kind) => ({
    group: KIND_NAMES[kind] || kind,
    items: world.bodies.filter((each) => each.kind === kind).map((each) => ({ value: each.id, name: each.title })),
  })).filter(({ items }) => items.length);
}

// A panel of text, which may be longer than there is room.
function card(className, attributes = {}) {
  const body = html("div", { class: "card-body" });
  const element = html("section", { class: `panel card ${className}`, ...attributes }, [body]);
  moreBelow(body);
  return { element, body };
}

// A card of a figure. Its scales get what the options and numbers leave, and go where that is too little.
function putRecord(host, make) {
  clear(host);
  const wanted = Math.max(rem(3.6), host.clientWidth - rem(16.5));
  const first = make(wanted);
  host.append(first);
  const over = first.querySelector("table").offsetWidth - first.clientWidth;
  if (over <= 0) return;
  const room = Math.floor(wanted - over);
  const fitting = make(Math.max(room, 1));
  fitting.classList.toggle("stripless", room < rem(2.4));
  first.replaceWith(fitting);
}

// Which of two histories is shown, where there is room for one.
class Which {
  constructor(app) {
    this.app = app;
    this.buttons = ["a", "b"].map((slot) => html("button", { "data-slot": slot, onclick: () => change({ shown: slot }) }, slot));
    this.element = html("div", { class: "which", hidden: true }, [html("span", {}, "Shown:"), html("div", { class: "switcher", role: "group", "aria-label": "History shown" }, this.buttons)]);
  }

  show() {
    this.element.hidden = !isChanged();
    const names = this.app.names();
    for (const button of this.buttons) {
      const { slot } = button.dataset;
      button.textContent = names[slot];
      button.title = names[slot];
      button.setAttribute("aria-pressed", String(slot === shownSlot()));
    }
  }
}

function meaning(world, word) {
  return world.words.find((each) => each.word === word)?.text ?? "";
}

const named = (list, id) => list.find((each) => each.id === id);

// `app` gives: world, history(slot), differenceBand(kind, id), openUnit, openPerson, seek.
export class StoryView {
  constructor(host, app) {
    this.app = app;
    const { world } = app;
    this.place = picker("place", "Place", placeOptions(world), (place) => change({ place }));
    this.style = html("div", { class: "switcher", role: "group", "aria-label": "Draw as" }, ["areas", "lines"].map((each) =>
      html("button", { "data-style": each, "aria-pressed": "false", title: each === "lines" ? `Lines, with the interval around them. ${world.interval}` : "Shares stacked to a hundred", onclick: () => change({ style: each }) }, each === "areas" ? "Areas" : "Lines and intervals")));
    this.hosts = { a: html("div", { class: "plot" }), b: html("div", { class: "plot" }), d: html("div", { class: "plot" }) };
    const held = () => html("small", { class: "caption", title: meaning(world, "Shown and held") }, "held in private, %");
    this.held = held();
    this.a = panel("shares-a", "1917", this.hosts.a, [this.place, this.held, this.style]);
    this.b = panel("shares-b", "What if", this.hosts.b);
    this.d = panel("shares-d", "Difference", this.hosts.d, [held()]);
    this.legend = legend(world.parties);
    this.legend.classList.add("shared");
    this.charts = { a: new SharesChart(this.hosts.a, world), b: new SharesChart(this.hosts.b, world), d: new DifferenceChart(this.hosts.d, world) };
    this.cards = { event: card("event-card", { "aria-label": "Event" }), record: card("record", { "aria-label": "Documented figure" }) };
    this.body = picker("body-story", "Body", bodyOptions(world), (body) => change({ body }));
    this.seats = { a: html("div", { class: "plot" }), b: html("div", { class: "plot" }) };
    this.hemi = { a: new Hemicycle(this.seats.a, world), b: new Hemicycle(this.seats.b, world) };
    this.seatPanel = panel("seats", "Seats and electors", [
      html("div", { class: "pair" }, [html("div", { class: "half" }, [this.seatNameA = html("p", { class: "half-name" }), this.seats.a]), this.seatHalfB = html("div", { class: "half" }, [this.seatNameB = html("p", { class: "half-name" }), this.seats.b])]),
      html("p", { class: "note", title: `${meaning(world, "Electors")} ${meaning(world, "Shown and held")}` }, "Electors: what those who elect this body show in public."),
    ], [this.body]);
    const tilesHost = html("div", { class: "plot" });
    this.seatPanel.title.classList.add("unseen");
    this.seatPanel.element.dataset.tall = "";
    this.tilePanel = panel("tiles", "All places", tilesHost);
    this.tilePanel.title.parentElement.classList.add("unseen");
    this.tiles = new PlacesChart(tilesHost, world, { onPick: (place) => change({ place }) });
    this.left = html("div", { class: "story-left" }, [
      html("div", { class: "story-charts" }, [this.a.element, this.b.element, this.legend, this.d.element]),
      html("div", { class: "cards" }, [this.cards.event.element, this.cards.record.element]),
    ]);
    host.append(this.left, html("div", { class: "story-right" }, [this.seatPanel.element, this.tilePanel.element]));
    this.shownEvent = null;
    this.shownRecord = null;
  }

  show() {
    const { app } = this;
    const comparing = isComparing();
    const [a, b] = [app.history("a"), app.history("b")];
    const main = comparing ? a : b;
    this.left.classList.toggle("comparing", comparing);
    this.a.title.classList.toggle("unseen", !isChanged());
    this.left.classList.toggle("changed", isChanged());
    this.held.hidden = isChanged(); // there is a longer title instead
    this.legend.hidden = !comparing;
    this.b.element.hidden = !comparing;
    this.d.element.hidden = !comparing;
    this.seatHalfB.hidden = !comparing;
    this.place.value = state.place;
    this.body.value = state.body;
    for (const button of this.style.children) button.setAttribute("aria-pressed", String(button.dataset.style === state.style));
    if (!main) return;
    const title = named(app.world.places, state.place).title;
    const shown = comparing && b ? [a, b] : [main];
    const top = topOfLines(shown.map((each) => [each.place(state.place), each.band("places", state.place)]));
    const note = state.place === "villages" ? "Until here no soldier had deserted" : "";
    const options = (history, label) => ({ top, note, names: !comparing, style: state.style, whole: state.whole, upTo: history.upTo, events: history.events, label });
    const names = app.names();
    this.a.title.textContent = comparing ? names.a : `What if: ${names.b}`;
    this.charts.a.set(main.place(state.place), main.band("places", state.place), options(main, `${comparing ? names.a : names.b}: ${title}`));
    this.seatNameA.textContent = comparing ? names.a : "";
    this.hemi.a.set(main, state.body);
    if (comparing && b) {
      this.b.title.textContent = `What if: ${names.b}`;
      this.charts.b.set(b.place(state.place), b.band("places", state.place), options(b, `What if ${names.b}: ${title}`));
      this.d.title.textContent = "Difference in points: what if, less the baseline";
      this.charts.d.set(a.place(state.place), b.place(state.place), app.differenceBand("places", state.place), { upTo: Math.min(a.upTo, b.upTo), whole: state.whole, label: `Difference in ${title}` });
      this.seatNameB.textContent = names.b;
      this.hemi.b.set(b, state.body);
    }
    this.tilePanel.title.textContent = comparing ? "All places, what if" : "All places";
    this.tiles.set(b || main, state.place, state.whole);
    this.shownEvent = null;
    this.shownRecord = null;
    this.tick(state.day);
  }

  tick(day) {
    const comparing = isComparing();
    this.charts.a.tick(day);
    this.hemi.a.tick(day);
    this.tiles.tick(day);
    if (comparing) {
      this.charts.b.tick(day);
      this.charts.d.tick(day);
      this.hemi.b.tick(day);
    }
    this.#event(day);
    this.#record(day);
  }

  #event(day) {
    const history = this.app.history("b") || this.app.history("a");
    const events = history ? history.events : this.app.world.events;
    const event = this.app.pinnedEvent ?? events.filter((each) => each.first <= day).at(-1) ?? null;
    const key = event ? `${event.id} ${event.only} ${event.last >= day}` : "none";
    if (key === this.shownEvent) return;
    this.shownEvent = key;
    const { body } = this.cards.event;
    clear(body);
    body.scrollTop = 0;
    if (!event) {
      body.append(html("p", { class: "hint" }, "Press play (or the space bar). Events appear here with what happened and where that is reported."));
      return;
    }
    const doubt = event.status === "assumed" ? "The date is assumed. " : event.precision === "range" ? "The days are approximate. " : "";
    body.append(
      html("h3", {}, event.title),
      html("p", { class: "dates" }, `${bothCalendars(event.first, event.last)}${event.only === "removed" ? " · switched off in the what if" : ""}`),
      html("p", { class: "account" }, event.account),
      html("p", { class: "source" }, `${doubt}${event.source}`),
    );
  }

  #record(day) {
    const { world } = this.app;
    let index = this.app.pinnedRecord;
    if (index === null || world.documented[index].last > day) {
      index = null;
      world.documented.forEach((each, i) => {
        if (each.telling && each.last <= day && world.documented[i].last >= (world.documented[index]?.last ?? -99)) index = i;
      });
    }
    const histories = isComparing() ? [{ name: "Baseline", history: this.app.history("a") }, { name: "What if", history: this.app.history("b") }] : [{ name: "Model", history: this.app.history("b") }];
    const key = `${index} ${histories.map(({ history }) => `${history?.done} ${Boolean(history?.bands)}`)}`;
    if (key === this.shownRecord) return;
    this.shownRecord = key;
    const { body } = this.cards.record;
    clear(body);
    if (index === null) body.append(html("p", { class: "hint" }, "Documented figures appear here on their day, with the model's own figure beside them."));
    else putRecord(body, (width) => recordCard(world, index, histories, { width }));
  }
}

export class PlacesView {
  constructor(host, app) {
    this.app = app;
    const plot = html("div", { class: "plot" });
    this.which = new Which(app);
    this.panel = panel("map", "Where parties stood", plot, [this.which.element, legend(app.world.parties)]);
    this.chart = new PlacesChart(plot, app.world, { map: true, onPick: (place) => change({ place, view: "story" }) });
    host.append(this.panel.element);
  }

  show() {
    const history = this.app.history(shownSlot());
    this.which.show();
    if (!history) return;
    this.panel.title.classList.toggle("unseen", isChanged());
    this.chart.set(history, state.place, state.whole);
    this.tick(state.day);
  }

  tick(day) {
    this.chart.tick(day);
  }
}

export class BodiesView {
  constructor(host, app) {
    this.app = app;
    const { world } = app;
    this.body = picker("body", "Body", bodyOptions(world), (body) => change({ body }));
    this.party = picker("party", "Party", [{ items: world.parties.map((each) => ({ value: each.id, name: each.title })) }], (party) => change({ party }));
    const [seats, lag] = [html("div", { class: "plot" }), html("div", { class: "plot" })];
    this.seats = new Hemicycle(seats, world);
    this.lag = new LagChart(lag, world);
    this.top = panel("body-seats", "Seats, and the electors behind them", [seats, this.note = html("p", { class: "note" })], [this.body, (this.which = new Which(app)).element, legend(world.parties)]);
    this.bottom = panel("body-lag", "Seats follow electors", lag, [this.party]);
    this.top.title.classList.add("unseen");
    host.append(this.top.element, this.bottom.element);
  }

  show() {
    const history = this.app.history(shownSlot());
    this.which.show();
    this.body.value = state.body;
    this.party.value = state.party;
    if (!history) return;
    const body = named(this.app.world.bodies, state.body);
    this.top.title.textContent = body.title;
    this.note.textContent = `${this.app.world.body_kinds[body.kind]} ${body.source} Electors: what those behind its seats show in public, weighted as the seats are.`;
    this.seats.set(history, state.body);
    this.lag.set(history, state.body, state.party, state.whole);
    this.tick(state.day);
  }

  tick(day) {
    this.seats.tick(day);
    this.lag.tick(day);
  }
}

export class RecordView {
  constructor(host, app) {
    this.app = app;
    const list = html("div", { class: "record-list" });
    this.score = html("p", { class: "score", "aria-live": "polite" });
    this.list = new RecordList(list, app.world, { onPick: (index) => this.pick(index) });
    this.which = new Which(app);
    this.panel = panel("record-panel", "The record and the model", [list], [this.which.element, html("p", { class: "key", title: app.world.interval }, "◆ record   ● model, with the interval of nine in ten runs"), this.score]);
    moreBelow(list, (scroller) => countBelow(scroller, ".record-row"));
    this.detail = card("record record-detail", { "aria-live": "polite" });
    host.append(this.panel.element, this.detail.element);
    this.chosen = null;
  }

  pick(index) {
    this.chosen = index;
    const { last } = this.app.world.documented[index];
    if (state.day < last) change({ day: Math.min(last, this.app.world.n_days - 1) });
    this.#detail();
  }

  show() {
    const history = this.app.history(shownSlot());
    this.which.show();
    if (!history) return;
    this.panel.title.classList.toggle("unseen", isChanged());
    this.list.set(history);
    this.#detail();
    this.tick(state.day);
  }

  #detail() {
    const { body } = this.detail;
    clear(body);
    body.scrollTop = 0;
    const known = this.chosen !== null && this.app.world.documented[this.chosen].last <= state.day + 1;
    if (!known) body.append(html("p", { class: "hint" }, "Choose a line to see every option of it. Misses are as telling as hits. The dates of events were put in, and most of these figures helped to choose the parameters; a line says where one did not."));
    else {
      const histories = isComparing() ? [{ name: "Baseline", history: this.app.history("a") }, { name: "What if", history: this.app.history("b") }] : [{ name: "Model", history: this.app.history(shownSlot()) }];
      putRecord(body, (width) => recordCard(this.app.world, this.chosen, histories, { width, full: true }));
    }
  }

  tick(day) {
    this.list.tick(day);
    const words = scoreText(this.list.score(day));
    if (words !== this.score.textContent) this.score.textContent = words;
  }
}

export class PeopleView {
  constructor(host, app) {
    this.app = app;
    const { world } = app;
    this.place = picker("place-people", "Place", placeOptions({ ...world, places: world.places.filter((each) => each.units.length) }), (place) => change({ place, unit: null, person: null }));
    this.units = html("div", { class: "units", role: "group", "aria-label": "Factories, regiments, ships, districts" });
    const carpet = html("div", { class: "plot scrolls" });
    this.carpet = new CarpetChart(carpet, world, { onPick: (person) => change({ person }) });
    this.left = panel("unit-list", "Where", [this.units], [this.place]);
    moreBelow(this.units, (scroller) => countBelow(scroller, ".unit"));
    this.which = new Which(app);
    this.middle = panel("carpet-panel", "Choose a factory or a regiment", carpet, [this.which.element, legend(world.parties)]);
    this.right = card("year-panel", { "aria-live": "polite" });
    host.append(this.left.element, this.middle.element, this.right.element);
    this.hint();
  }

  hint() {
    clear(this.right.body);
    this.right.body.append(html("p", { class: "hint" }, "Click a line to read that person's year. The people are invented; only their sums can be compared with the record."));
  }

  show() {
    const { world } = this.app;
    const id = named(world.places, state.place).units.length ? state.place : "petrograd_workers";
    this.place.value = id;
    this.which.show();
    if (state.person === null) {
      this.carpet.mark(null);
      this.hint();
    }
    if (this.shownPlace !== id) {
      this.shownPlace = id;
      const place = named(world.places, id);
      clear(this.units);
      place.units.forEach((size, i) => this.units.append(html("button", { class: "unit", "data-unit": place.first_unit + i, onclick: () => change({ unit: place.first_unit + i, person: null }) }, [
        unitTitle(place, i), html("small", {}, `${Math.round(size * place.stands_for).toLocaleString("en")} people`)])));
    }
    for (const button of this.units.children) button.setAttribute("aria-pressed", String(Number(button.dataset.unit) === state.unit));
    this.tick(state.day);
  }

  showUnit(header, arrays) {
    const place = named(this.app.world.places, this.shownPlace);
    const index = header.unit - place.first_unit;
    const more = header.size > header.people.length ? `, ${header.people.length} of ${header.size} shown` : "";
    this.middle.title.textContent = `${unitTitle(place, index)}, ${place.title}: each line is a person${more}`;
    this.carpet.set(header.people, arrays.allegiance.data, state.person);
    this.hint();
  }

  showPerson(year) {
    if (year.person !== state.person) return; // another wish came in between
    clear(this.right.body);
    this.right.body.append(yearOf(this.app.world, year, named(this.app.world.places, year.place).title));
    this.right.body.scrollTop = 0; // a new year is read from its beginning
    this.carpet.mark(year.person);
  }

  tick(day) {
    this.carpet.tick(day);
  }
}
