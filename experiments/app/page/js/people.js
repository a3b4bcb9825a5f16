// One factory or regiment, everybody in it as a line of colour, and one person's year in words.

import { longDate, monthStarts } from "./dates.js";
import { clear, fitted, html, percent, rem, svg, text, token } from "./draw.js";

const GONE = 255;

export class CarpetChart {
  constructor(host, world, { onPick }) {
    this.host = host;
    this.world = world;
    this.onPick = onPick;
    this.day = 0;
    this.redraw = fitted(host, (width, height) => this.draw(width, height));
  }

  set(people, allegiance, chosen) {
    this.people = people;
    this.allegiance = allegiance;
    this.chosen = chosen;
    this.redraw();
  }

  draw(width, height) {
    const focused = this.host.contains(document.activeElement);
    clear(this.host);
    if (!this.people) return;
    const foot = rem(1.6);
    const rowHeight = Math.max(1, (height - foot - rem(0.4)) / this.people.length);
    this.rowHeight = rowHeight;
    const full = rowHeight * this.people.length + foot;
    const root = svg("svg", { class: "chart carpet", width, height: full, viewBox: `0 0 ${width} ${full}`, role: "listbox", tabindex: 0, "aria-label": "People of this unit, one line each; arrow keys choose" });
    this.box = { left: rem(0.2), right: width - rem(0.2) };
    const n = this.world.n_days;
    const unit = (this.box.right - this.box.left) / n;
    this.people.forEach((person, i) => {
      const row = this.allegiance.subarray(i * n, i * n + n);
      for (let start = 0; start < n; ) {
        let stop = start + 1;
        while (stop < n && row[stop] === row[start]) stop += 1;
        if (row[start] !== GONE) {
          const party = this.world.parties[row[start]];
          root.append(svg("rect", { x: (this.box.left + start * unit).toFixed(1), y: (i * rowHeight).toFixed(2), width: ((stop - start) * unit + 0.3).toFixed(1), height: Math.max(1, rowHeight - (rowHeight > 4 ? 1 : 0.2)).toFixed(2), fill: party.colour }));
        }
        start = stop;
      }
    });
    for (const month of monthStarts(n)) {
      const x = this.box.left + month.day * unit;
      root.append(svg("line", { x1: x, x2: x, y1: 0, y2: full - foot + rem(0.3), stroke: token("panel"), "stroke-opacity": 0.7 }));
      root.append(text(x + rem(0.2), full - rem(0.35), month.short, { fill: token("muted"), "font-size": rem(0.85) }));
    }
    this.head = svg("line", { y1: 0, y2: full - foot, stroke: token("ink"), "stroke-width": 2 });
    this.frame = svg("rect", { x: 1, width: width - 2, height: rowHeight + 3, fill: "none", stroke: token("ink"), "stroke-width": 2.5, visibility: "hidden" });
    root.append(this.head, this.frame);
    root.addEventListener("click", (event) => {
      const y = event.clientY - root.getBoundingClientRect().top;
      this.#pick(Math.floor(y / rowHeight));
    });
    root.addEventListener("keydown", (event) => {
      const move = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
      if (!move) return;
      event.preventDefault();
      event.stopPropagation();
      this.#pick(Math.max(0, Math.min(this.people.length - 1, this.people.indexOf(this.chosen) + move)));
    });
    this.host.append(root);
    this.root = root;
    this.mark(this.chosen);
    if (focused) root.focus();
    this.tick(this.day);
  }

  #pick(row) {
    if (row < 0 || row >= this.people.length) return;
    this.mark(this.people[row]);
    this.onPick(this.people[row]);
  }

  mark(person) {
    this.chosen = person;
    if (!this.frame) return;
    const row = this.people.indexOf(person);
    this.frame.setAttribute("visibility", row < 0 ? "hidden" : "visible");
    this.frame.setAttribute("y", (row * this.rowHeight - 1.5).toFixed(1));
  }

  tick(day) {
    this.day = day;
    if (!this.head) return;
    const x = this.box.left + ((this.box.right - this.box.left) * (day + 0.5)) / this.world.n_days;
    this.head.setAttribute("x1", x);
    this.head.setAttribute("x2", x);
  }
}

const REASONS = {
  place: "what was usual in this place",
  "standing of parties": "the parties' standing",
  grievances: "unmet demands",
  "ideal point": "own convictions",
  "joint action": "having acted together against the revolt",
  "others nearby": "those nearby",
  agitators: "talk with party members",
  slander: "the charge of July",
  repression: "repression",
  "own mechanisms": "an added mechanism",
};

function reasons(weighed, sign) {
  return Object.entries(weighed)
    .filter(([, value]) => sign * value >= 0.15)
    .sort(([, x], [, y]) => sign * (y - x))
    .slice(0, 3)
    .map(([term]) => REASONS[term] || term);
}

function listed(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

function sentence(world, entry, who) {
  const name = (id) => world.parties.find((party) => party.id === id).title;
  const stands = (id) => (id === "NP" ? "with no party" : `with the ${name(id)}`);
  switch (entry.kind) {
    case "start": return `On the first of March this ${who} stood ${stands(entry.party)}.`;
    case "turned": {
      const [pro, contra] = [reasons(entry.weighed, 1), reasons(entry.weighed, -1)];
      const turn = entry.party === "NP" ? `turned away from the ${name(entry.before)} and stood with no party` : `turned ${entry.before === "NP" ? "" : `from the ${name(entry.before)} `}to the ${name(entry.party)}`;
      const because = pro.length ? ` For it weighed ${listed(pro)}` : " Nothing spoke for it but chance";
      return `Reconsidered and ${turn}.${because}${contra.length ? `; against it ${listed(contra)}` : ""}.`;
    }
    case "acted": return "Acted together with people of other parties against the revolt.";
    case "silent": return `Out of fear kept silent about standing ${stands(entry.party)}.`;
    case "spoke": return `Spoke openly again, standing ${stands(entry.party)}.`;
    case "left": return "Deserted and went home to the village.";
    case "newcomer": return `Left; a newcomer took the place, standing ${stands(entry.party)}.`;
    default: return "";
  }
}

// One person's year, as a list of dated sentences.
export function yearOf(world, year, placeTitle) {
  const { who } = year;
  const chances = Object.entries(year.chances).sort(([, x], [, y]) => y - x).slice(0, 3);
  const name = (id) => world.parties.find((party) => party.id === id).title;
  const items = year.entries.map((entry) => html("li", { "data-day": entry.day }, [
    html("time", {}, entry.day < 0 ? longDate(0) : longDate(entry.day)),
    html("span", {}, sentence(world, entry, who)),
  ]));
  return html("article", { class: "year" }, [
    html("h3", {}, `A ${who} of ${year.unit_kind} ${year.unit_number}`),
    html("p", { class: "dates" }, `${placeTitle} · stands for ${Math.round(year.stands_for)} people · invented by the model`),
    html("ol", {}, items),
    html("p", { class: "source" }, `Would this ${who} reconsider on 17 November: ${chances.map(([id, share]) => `${name(id)} ${percent(share)}`).join(", ")}. The rest is luck, the same in both histories.`),
  ]);
}

export function unitTitle(place, index) {
  return `${place.unit_kind[0].toUpperCase()}${place.unit_kind.slice(1)} ${index + 1}`;
}

