// What changes: shares of the one history minus those of the other, with intervals.

import { clear, fitted, haloed, leftToRight, lineColour, onGrid, partyLine, points, rem, shortName, spread, svg, text, token } from "./draw.js";
import { monthStarts } from "./dates.js";

const FLAT = 0.015; // parties that never differ by more are not labelled

export class DifferenceChart {
  constructor(host, world) {
    this.host = host;
    this.world = world;
    this.order = leftToRight(world.parties);
    this.day = 0;
    this.whole = true;
    this.redraw = fitted(host, (width, height) => this.draw(width, height));
  }

  // Rows of two histories, and [low, middle, high] rows of their difference, if known.
  set(one, other, band, options) {
    this.rows = other.map((value, i) => value - one[i]);
    this.band = band;
    this.upTo = options.upTo;
    this.whole = options.whole;
    this.label = options.label;
    this.redraw();
  }

  draw(width, height) {
    clear(this.host);
    if (!this.rows) return;
    const right = rem(11.6);
    this.box = { left: rem(2.6), right: width - right, top: rem(0.4), bottom: height - rem(1.5) };
    const { left, top, bottom } = this.box;
    const n = this.order.length;
    let [least, most] = [-0.03, 0.03];
    for (let i = 0; i < this.upTo * n; i += 1) {
      const banded = this.band && Number.isFinite(this.band[0][i]);
      least = Math.min(least, this.rows[i], banded ? this.band[0][i] : 0);
      most = Math.max(most, this.rows[i], banded ? this.band[2][i] : 0);
    }
    this.least = Math.floor(least * 50 - 0.2) / 50;
    this.most = Math.ceil(most * 50 + 0.2) / 50;
    const root = svg("svg", { class: "chart", width, height, viewBox: `0 0 ${width} ${height}`, role: "img" });
    this.title = svg("title");
    root.append(this.title);
    const room = this.most - this.least;
    const step = room > 0.6 ? 0.2 : room > 0.22 ? 0.1 : room > 0.1 ? 0.05 : 0.02;
    for (let v = Math.ceil(this.least / step) * step; v <= this.most + 1e-9; v += step) {
      const y = this.y(v);
      const zero = Math.abs(v) < 1e-9;
      root.append(svg("line", { x1: left, x2: this.box.right, y1: y, y2: y, stroke: token(zero ? "ink" : "rule"), "stroke-width": zero ? 1.4 : 1 }));
      root.append(text(left - rem(0.35), y + rem(0.3), points(v), { "text-anchor": "end", fill: token("muted"), "font-size": rem(0.85) }));
    }
    for (const month of monthStarts(this.world.n_days)) {
      const x = this.x(month.day);
      root.append(svg("line", { x1: x, x2: x, y1: bottom, y2: bottom + rem(0.3), stroke: token("muted") }));
      root.append(text(x + rem(0.2), bottom + rem(1.1), month.short, { fill: token("muted"), "font-size": rem(0.82) }));
    }
    const id = `difference-${Math.random().toString(36).slice(2)}`;
    this.clip = svg("rect", { x: left, y: 0, width: 0, height });
    root.append(svg("clipPath", { id }, this.clip));
    const group = svg("g");
    this.moving = this.order.filter((party) => this.#largest(party.k) > FLAT);
    for (const party of this.moving) this.#band(group, party);
    for (const party of this.moving) {
      let d = "";
      for (let t = 0; t < this.upTo; t += 1) d += `${t ? "L" : "M"}${this.x(t).toFixed(1)},${this.y(this.rows[t * n + party.k]).toFixed(1)}`;
      group.append(partyLine(d, party, rem(0.19)));
    }
    if (this.whole) root.append(svg("g", { opacity: 0.38 }, group.cloneNode(true)));
    root.append(svg("g", { "clip-path": `url(#${id})` }, group));
    if (this.band) root.append(haloed(left + rem(0.4), bottom - rem(0.5), "Band: nine in ten of twenty pairs of runs", { fill: token("muted"), "font-size": rem(0.85) }));
    this.head = svg("line", { y1: top, y2: bottom, stroke: token("ink"), "stroke-width": 2 });
    root.append(this.head);
    this.labels = this.moving.map((party) => {
      const x = this.box.right + rem(0.5);
      const chip = partyLine(`M${x},0h${rem(1.3)}`, party, rem(0.22));
      const number = text(x + rem(1.6), rem(0.33), "", { "font-size": rem(1), "font-weight": 650 });
      const name = text(x + rem(3.9), rem(0.33), shortName(party), { "font-size": rem(0.92) });
      const moving = svg("g", {}, [chip, number, name]);
      root.append(moving);
      return { party, moving, number };
    });
    if (!this.moving.length) root.append(text(left + rem(1), this.y(0) - rem(0.6), "No party differs here by more than a point and a half.", { fill: token("muted"), "font-size": rem(1) }));
    this.host.append(root);
    this.shownX = undefined;
    this.tick(this.day);
  }

  #largest(k) {
    const n = this.order.length;
    let most = 0;
    for (let t = 0; t < this.upTo; t += 1) most = Math.max(most, Math.abs(this.rows[t * n + k]));
    return most;
  }

  #band(group, party) {
    if (!this.band) return;
    const n = this.order.length;
    let up = "";
    let down = "";
    for (let t = 0; t < this.upTo; t += 1) {
      const [low, , high] = this.band.map((rows) => rows[t * n + party.k]);
      if (Number.isNaN(low)) continue;
      up += `${up ? "L" : "M"}${this.x(t).toFixed(1)},${this.y(high).toFixed(1)}`;
      down = `L${this.x(t).toFixed(1)},${this.y(low).toFixed(1)}${down}`;
    }
    if (up) group.append(svg("path", { d: `${up}${down}Z`, fill: lineColour(party.colour), "fill-opacity": 0.17 }));
  }

  x(day) {
    return this.box.left + ((this.box.right - this.box.left) * (day + 0.5)) / this.world.n_days;
  }

  y(value) {
    const { top, bottom } = this.box;
    return bottom - (bottom - top) * ((value - this.least) / (this.most - this.least));
  }

  tick(day) {
    this.day = day;
    if (!this.clip || !this.rows) return;
    const at = Math.max(0, Math.min(Math.floor(day), this.upTo - 1));
    const x = onGrid(this.x(Math.min(day, this.upTo - 1)));
    if (x !== this.shownX) {
      this.shownX = x;
      this.clip.setAttribute("width", Math.max(0, x - this.box.left));
      this.head.setAttribute("x1", x);
      this.head.setAttribute("x2", x);
    }
    const n = this.order.length;
    const values = this.labels.map(({ party }) => this.rows[at * n + party.k]);
    const gap = Math.min(rem(1.22), (this.box.bottom - this.box.top - rem(0.6)) / Math.max(1, values.length - 1));
    const placed = spread(values.map((v) => this.y(v)), gap, this.box.top + rem(0.6), this.box.bottom);
    this.labels.forEach((label, i) => {
      label.moving.setAttribute("transform", `translate(0 ${placed[i].toFixed(1)})`);
      label.number.textContent = points(values[i]);
    });
    this.title.textContent = `${this.label}. ${this.labels.map((label, i) => `${label.party.title} ${points(values[i])} points`).join(", ")}.`;
  }
}
