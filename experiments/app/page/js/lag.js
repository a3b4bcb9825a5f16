// How a body lags behind its electors: one party's share among both, day by day.

import { clear, fitted, onGrid, partyLine, percent, rem, svg, text, token } from "./draw.js";
import { monthStarts } from "./dates.js";

const SEATED = ["seats", "conference", "executive"]; // figures that count seats of a body

export class LagChart {
  constructor(host, world) {
    this.host = host;
    this.world = world;
    this.day = 0;
    this.redraw = fitted(host, (width, height) => this.draw(width, height));
  }

  set(history, body, party, whole) {
    this.history = history;
    this.body = body;
    this.k = this.world.parties.findIndex((each) => each.id === party);
    this.party = this.world.parties[this.k];
    this.whole = whole;
    this.redraw();
  }

  draw(width, height) {
    clear(this.host);
    if (!this.history) return;
    this.box = { left: rem(2.6), right: width - rem(7.2), top: rem(0.6), bottom: height - rem(1.7) };
    const { left, right, top, bottom } = this.box;
    const root = svg("svg", { class: "chart", width, height, viewBox: `0 0 ${width} ${height}`, role: "img" });
    this.title = svg("title");
    root.append(this.title);
    this.lines = [
      { name: "Electors", rows: this.history.electors(this.body), width: 0.12, pattern: "6 4" },
      { name: "Seats", rows: this.history.body(this.body), width: 0.24, pattern: null },
    ];
    let most = 0.2;
    for (const { rows } of this.lines) for (let t = 0; t < this.history.upTo; t += 1) most = Math.max(most, rows[t * this.world.parties.length + this.k]);
    this.most = Math.min(1, Math.ceil(most * 10 + 0.3) / 10);
    for (let share = 0; share <= this.most + 1e-9; share += this.most > 0.5 ? 0.25 : 0.1) {
      root.append(svg("line", { x1: left, x2: right, y1: this.y(share), y2: this.y(share), stroke: token("rule") }));
      root.append(text(left - rem(0.35), this.y(share) + rem(0.3), `${Math.round(share * 100)}`, { "text-anchor": "end", fill: token("muted"), "font-size": rem(0.85) }));
    }
    for (const month of monthStarts(this.world.n_days)) {
      root.append(svg("line", { x1: this.x(month.day), x2: this.x(month.day), y1: bottom, y2: bottom + rem(0.3), stroke: token("muted") }));
      root.append(text(this.x(month.day) + rem(0.2), bottom + rem(1.2), month.short, { fill: token("muted"), "font-size": rem(0.85) }));
    }
    const id = `lag-${Math.random().toString(36).slice(2)}`;
    this.clip = svg("rect", { x: left, y: 0, width: 0, height });
    root.append(svg("clipPath", { id }, this.clip));
    const group = svg("g");
    for (const line of this.lines) group.append(this.#path(line));
    if (this.whole) root.append(svg("g", { opacity: 0.38 }, group.cloneNode(true)));
    root.append(svg("g", { "clip-path": `url(#${id})` }, group));
    this.#documented(root);
    this.head = svg("line", { y1: top, y2: bottom, stroke: token("ink"), "stroke-width": 2 });
    root.append(this.head);
    for (const line of this.lines) {
      line.label = text(right + rem(0.5), 0, "", { "font-size": rem(1), "font-weight": 600, fill: token("ink") });
      root.append(line.label);
    }
    this.host.append(root);
    this.shownX = undefined;
    this.tick(this.day);
  }

  #path({ rows, width, pattern }) {
    const n = this.world.parties.length;
    let d = "";
    let pen = "M";
    for (let t = 0; t < this.history.upTo; t += 1) {
      let total = 0;
      for (let k = 0; k < n; k += 1) total += rows[t * n + k];
      if (total < 0.5) pen = "M"; // nobody sits
      else {
        d += `${pen}${this.x(t).toFixed(1)},${this.y(rows[t * n + this.k]).toFixed(1)}`;
        pen = "L";
      }
    }
    return partyLine(d, this.party, rem(width), pattern);
  }

  // Documented seats of this body, as diamonds that appear on their day.
  #documented(root) {
    this.marks = [];
    for (const each of this.world.documented) {
      if (!SEATED.includes(each.kind) || each.target[0] !== this.body) continue;
      const i = each.parties.findIndex((group) => group.length === 1 && group[0] === this.party.id);
      if (i < 0) continue;
      const [a, b] = [this.x(Math.max(each.first, 0)), this.x(Math.min(each.last, this.world.n_days - 1))];
      const [x, y, r] = [(a + b) / 2, this.y(Math.min(each.values[i], this.most)), rem(0.45)];
      const mark = svg("g", { visibility: "hidden" }, [
        svg("line", { x1: a, x2: b, y1: y, y2: y, stroke: token("ink"), "stroke-width": 2 }),
        svg("path", { d: `M${x - r},${y}L${x},${y - r}L${x + r},${y}L${x},${y + r}Z`, fill: token("ink"), stroke: token("panel") }),
      ]);
      root.append(mark);
      this.marks.push({ mark, last: each.last });
    }
  }

  x(day) {
    return this.box.left + ((this.box.right - this.box.left) * (day + 0.5)) / this.world.n_days;
  }

  y(share) {
    return this.box.bottom - (this.box.bottom - this.box.top) * (share / this.most);
  }

  tick(day) {
    this.day = day;
    if (!this.clip) return;
    const at = Math.max(0, Math.min(Math.floor(day), this.history.upTo - 1));
    const x = onGrid(this.x(Math.min(day, this.history.upTo - 1)));
    if (x !== this.shownX) {
      this.shownX = x;
      this.clip.setAttribute("width", Math.max(0, x - this.box.left));
      this.head.setAttribute("x1", x);
      this.head.setAttribute("x2", x);
    }
    const n = this.world.parties.length;
    const values = this.lines.map(({ rows }) => rows[at * n + this.k]);
    const close = Math.abs(this.y(values[0]) - this.y(values[1])) < rem(1.3);
    this.lines.forEach((line, i) => {
      const nudge = close ? (values[i] >= values[1 - i] && (values[0] !== values[1] || i === 0) ? -0.35 : 1) : 0.33;
      line.label.setAttribute("y", this.y(values[i]) + rem(nudge));
      line.label.textContent = `${line.name} ${percent(values[i])}`;
    });
    for (const { mark, last } of this.marks) mark.setAttribute("visibility", last <= day ? "visible" : "hidden");
    this.title.textContent = `${this.party.title}: ${percent(values[1])} of the seats, ${percent(values[0])} of the electors.`;
  }
}
