// Play, pause, step, speed, the scrubber, and the marks of events and of the record.

import { NEW_STYLE_DAYS, bothCalendars, longDate, monthStarts, shortDate } from "./dates.js";
import { clear, html, icon, rem } from "./draw.js";
import { change, state } from "./state.js";

export const SPEEDS = [2, 4, 8, 16, 32];

export class Timeline {
  constructor(host, world, { onPlay, onPickEvent, onPickRecord, onToggle }) {
    this.host = host;
    this.world = world;
    this.on = { onPlay, onPickEvent, onPickRecord, onToggle };
    this.speed = 8;
    this.build();
    new ResizeObserver(() => this.marks(this.history, this.other)).observe(this.track);
  }

  build() {
    const last = this.world.n_days - 1;
    const button = (label, glyph, act, key) => html("button", { class: "transport", "aria-label": label, title: `${label} (${key})`, onclick: act }, icon(glyph));
    this.play = button("Play", "play", () => this.on.onPlay(), "space");
    this.play.classList.add("play");
    const speed = html("select", { id: "speed", "aria-label": "Speed", onchange: (event) => { this.speed = Number(event.target.value); } },
      SPEEDS.map((each) => html("option", { value: String(each), selected: each === this.speed }, `${each} days a second`)));
    const toggle = (key, label, hint) => {
      const box = html("input", { type: "checkbox", id: `toggle-${key}`, onchange: (event) => change({ [key]: event.target.checked }) });
      this[`${key}Box`] = box;
      return html("label", { class: "tick", title: hint }, [box, label]);
    };
    this.date = html("span", { class: "date-old" });
    this.dateNew = html("span", { class: "date-new" });
    this.range = html("input", { type: "range", min: "0", max: String(last), step: "1", "aria-label": "Day", id: "scrubber", oninput: (event) => change({ day: Number(event.target.value) }) });
    this.track = html("div", { class: "track" });
    this.host.append(
      html("div", { class: "timeline-head" }, [
        html("div", { class: "dates-now" }, [this.date, this.dateNew]),
        html("div", { class: "transports" }, [
          button("To the first day", "first", () => change({ day: 0 }), "Home"),
          button("One day back", "back", () => change({ day: Math.max(0, Math.ceil(state.day) - 1) }), "←"),
          this.play,
          button("One day on", "on", () => change({ day: Math.min(last, Math.floor(state.day) + 1) }), "→"),
          button("To the last day", "last", () => change({ day: last }), "End"),
        ]),
        speed,
        this.status = html("span", { class: "status" }),
        toggle("whole", "Show what is to come", "Draw the days after this one, paler"),
        toggle("guess", "Guess first", "Stop before each documented figure, and ask"),
      ]),
      html("div", { class: "track-box" }, [this.track, this.range]),
    );
  }

  // Marks above the line are events, diamonds below it documented figures.
  marks(history, other) {
    this.history = history;
    this.other = other;
    const focused = this.track.contains(document.activeElement) ? document.activeElement.id : null;
    clear(this.track);
    const width = this.track.getBoundingClientRect().width;
    const at = (day) => `${(100 * (Math.max(0, Math.min(day, this.world.n_days - 1)) + 0.5)) / this.world.n_days}%`;
    for (const month of monthStarts(this.world.n_days)) {
      const mark = html("span", { class: "month", "aria-hidden": "true" }, month.name);
      mark.style.left = `${(100 * month.day) / this.world.n_days}%`;
      this.track.append(mark);
    }
    const events = this.#events();
    for (const event of events) {
      const mark = html("button", {
        class: `event-mark ${event.only || ""}`, id: `event-${event.id}`, "data-event": event.id,
        "aria-label": `${event.title}, ${bothCalendars(event.first, event.last)}${event.only === "removed" ? ", switched off" : ""}`,
        title: `${event.title}, ${shortDate(event.first)}`, onclick: () => this.on.onPickEvent(event),
      });
      mark.style.left = at(event.first);
      const long = html("span", { class: "event-span", "aria-hidden": "true" });
      long.style.left = at(event.first);
      long.style.width = `${(100 * (event.last - event.first)) / this.world.n_days}%`;
      this.track.append(long, mark);
    }
    this.#labels(events, width);
    this.world.documented.forEach((each, index) => {
      if (!each.telling) return;
      const mark = html("button", {
        class: "record-mark", id: `record-${index}`, "aria-label": `Documented: ${each.title}, ${bothCalendars(each.first, each.last)}`,
        title: `Documented: ${each.title}, ${shortDate(each.last)}`, onclick: () => this.on.onPickRecord(index),
      });
      mark.style.left = at(each.last);
      this.track.append(mark);
    });
    if (focused) document.getElementById(focused)?.focus();
  }

  // Names of events, the telling ones first, as far as there is room.
  #labels(events, width) {
    const taken = [];
    const rank = (event) => (event.only ? -1 : MAIN.includes(event.id) ? MAIN.indexOf(event.id) : 99);
    for (const event of [...events].sort((x, y) => rank(x) - rank(y))) {
      if (rank(event) === 99) continue;
      const x = (width * (event.first + 0.5)) / this.world.n_days;
      const room = rem(0.46) * event.title.length + rem(1.2);
      const start = x + room > width ? x - room : x;
      if (taken.some(([a, b]) => start < b && start + room > a)) continue;
      taken.push([start, start + room]);
      const label = html("span", { class: `event-label ${event.only || ""} ${start < x ? "before" : ""}`, "aria-hidden": "true" }, event.title);
      label.style.left = `${x}px`;
      this.track.append(label);
      document.getElementById(`event-${event.id}`).classList.add("named"); // a taller mark, to which the name belongs
    }
  }

  #events() {
    const own = this.history ? this.history.events : this.world.events;
    if (!this.other) return own;
    const with_ = (list, event) => list.some((each) => each.id === event.id && each.first === event.first);
    const removed = this.other.events.filter((event) => !with_(own, event)).map((event) => ({ ...event, only: "removed" }));
    const added = own.map((event) => (with_(this.other.events, event) ? event : { ...event, only: "added" }));
    return [...added, ...removed].sort((x, y) => x.first - y.first);
  }

  tick(day, playing) {
    const whole = Math.floor(day);
    if (whole !== this.shownDay) {
      this.shownDay = whole;
      this.date.textContent = longDate(whole);
      this.dateNew.textContent = `${longDate(whole, NEW_STYLE_DAYS)} New Style`;
      this.range.value = String(whole);
      this.range.setAttribute("aria-valuetext", bothCalendars(whole));
    }
    if (playing !== this.playing) {
      this.playing = playing;
      this.play.replaceChildren(icon(playing ? "pause" : "play"));
      this.play.setAttribute("aria-label", playing ? "Pause" : "Play");
      this.play.title = `${playing ? "Pause" : "Play"} (space)`;
    }
    this.wholeBox.checked = state.whole;
    this.guessBox.checked = state.guess;
  }
}

const MAIN = ["kornilov", "july_days", "october", "april_crisis", "june_offensive", "february_regime", "coalition", "democratic_conference"];
