// The main picture: shares of the parties in one place, day by day.

import { clear, fitted, haloed, inkOn, leftToRight, lineColour, onGrid, partyLine, percent, rem, shortName, spread, svg, text, token } from "./draw.js";
import { monthStarts } from "./dates.js";

let clipNumber = 0;

// The upper end of a scale on which the lines and bands of all these pictures find room.
export function topOfLines(pictures) {
  let most = 0.2;
  for (const [rows, band] of pictures) {
    for (const value of rows) most = Math.max(most, value);
    for (const value of band ? band[2] : []) if (value > most) most = value;
  }
  return Math.min(1, Math.ceil(most * 10 + 0.5) / 10);
}

export class SharesChart {
  constructor(host, world) {
    this.host = host;
    this.world = world;
    this.order = leftToRight(world.parties);
    this.rows = null;
    this.band = null;
    this.options = { style: "areas", top: 1, whole: false, upTo: 0, events: [], label: "" };
    this.day = 0;
    this.redraw = fitted(host, (width, height) => this.draw(width, height));
  }

  set(rows, band, options) {
    this.rows = rows;
    this.band = band;
    this.options = { ...this.options, ...options };
    this.redraw();
  }

  draw(width, height) {
    clear(this.host);
    if (!this.rows) return;
    const narrow = width < rem(30);
    const right = this.options.names === false ? rem(3.6) : rem(narrow ? 8.2 : 10.9);
    this.box = { left: rem(2.6), right: width - right, top: rem(0.5), bottom: height - rem(1.7) };
    const { left, bottom, top } = this.box;
    const root = svg("svg", { class: "chart", width, height, viewBox: `0 0 ${width} ${height}`, role: "img" });
    this.title = svg("title");
    root.append(this.title);
    clipNumber += 1;
    const id = `seen-${clipNumber}`;
    this.clip = svg("rect", { x: left, y: 0, width: 0, height });
    root.append(svg("clipPath", { id }, this.clip));
    this.#axes(root);
    const drawing = this.options.upTo === 0 ? svg("g") : this.options.style === "lines" ? this.#lines() : this.#areas();
    if (this.options.whole) root.append(svg("g", { opacity: 0.38 }, drawing.cloneNode(true)));
    root.append(svg("g", { "clip-path": `url(#${id})` }, drawing));
    for (const event of this.options.events) {
      const x = this.x(event.first);
      root.append(svg("line", { x1: x, x2: x, y1: top, y2: bottom, stroke: token("ink"), "stroke-opacity": 0.28, "stroke-width": 1, "stroke-dasharray": "2 3" }));
    }
    this.head = svg("line", { y1: top - 4, y2: bottom + 4, stroke: token("ink"), "stroke-width": 2 });
    root.append(this.head);
    if (this.options.style === "lines" && this.band && this.box.right - left > rem(13)) root.append(haloed(left + rem(0.4), top + rem(1), "Band: nine in ten of twenty runs", { fill: token("muted"), "font-size": rem(0.85) }));
    if (this.options.note) this.#note(root);
    this.labels = this.order.map((party) => this.#label(root, party, narrow));
    this.host.append(root);
    this.shownDay = undefined;
    this.shownX = undefined;
    this.tick(this.day);
  }

  x(day) {
    const { left, right } = this.box;
    return left + ((right - left) * (day + 0.5)) / this.world.n_days;
  }

  y(share) {
    const { top, bottom } = this.box;
    return bottom - (bottom - top) * (share / this.top());
  }

  top() {
    return this.options.style === "lines" ? this.options.top : 1;
  }

  #axes(root) {
    const { left, right, bottom, top } = this.box;
    for (let share = 0; share <= this.top() + 1e-9; share += this.top() > 0.6 ? 0.25 : 0.1) {
      root.append(svg("line", { x1: left, x2: right, y1: this.y(share), y2: this.y(share), stroke: token("rule") }));
      root.append(text(left - rem(0.35), this.y(share) + rem(0.3), `${Math.round(share * 100)}`, { "text-anchor": "end", fill: token("muted"), "font-size": rem(0.85) }));
    }
    const months = monthStarts(this.world.n_days);
    months.forEach((month, i) => {
      const x = this.x(month.day) - 0.5;
      const next = i + 1 < months.length ? this.x(months[i + 1].day) : right;
      root.append(svg("line", { x1: x, x2: x, y1: bottom, y2: bottom + rem(0.35), stroke: token("muted") }));
      const room = next - x;
      const step = room > rem(1.9) ? 1 : room > rem(0.95) ? 2 : 3;
      if (step === 1 || i % step === 1) root.append(text(x + room / 2, bottom + rem(1.25), room > rem(5.4) ? month.name : month.short, { "text-anchor": "middle", fill: token("muted"), "font-size": rem(0.85) }));
    });
    root.append(svg("rect", { x: left, y: top, width: right - left, height: bottom - top, fill: "none", stroke: token("rule") }));
  }

  #areas() {
    const n = this.order.length;
    const days = this.options.upTo;
    const lower = new Float32Array(days);
    const group = svg("g");
    for (const party of this.order) {
      let up = "";
      let down = "";
      for (let t = 0; t < days; t += 1) {
        const x = this.x(t).toFixed(1);
        down = `L${x},${this.y(lower[t]).toFixed(1)}${down}`;
        lower[t] += this.rows[t * n + party.k];
        up += `${t ? "L" : "M"}${x},${this.y(lower[t]).toFixed(1)}`;
      }
      group.append(svg("path", { d: `${up}${down}Z`, fill: party.colour, stroke: token("edge"), "stroke-width": 1.1 }));
    }
    return group;
  }

  #lines() {
    const n = this.order.length;
    const group = svg("g");
    const days = this.options.upTo;
    for (const party of this.order) {
      if (this.band) {
        let up = "";
        let down = "";
        for (let t = 0; t < days; t += 1) {
          const [low, , high] = this.band.map((rows) => rows[t * n + party.k]);
          if (Number.isNaN(low)) continue;
          up += `${up ? "L" : "M"}${this.x(t).toFixed(1)},${this.y(high).toFixed(1)}`;
          down = `L${this.x(t).toFixed(1)},${this.y(low).toFixed(1)}${down}`;
        }
        if (up) group.append(svg("path", { d: `${up}${down}Z`, fill: lineColour(party.colour), "fill-opacity": 0.16 }));
      }
    }
    for (const party of this.order) {
      let d = "";
      for (let t = 0; t < days; t += 1) d += `${t ? "L" : "M"}${this.x(t).toFixed(1)},${this.y(this.rows[t * n + party.k]).toFixed(1)}`;
      group.append(partyLine(d, party, rem(0.18)));
    }
    return group;
  }

  // Why nobody stands there at first.
  #note(root) {
    const n = this.order.length;
    const first = this.rows.findIndex((share) => share > 0);
    const x = this.x(Math.floor(first / n)) + rem(0.4);
    if (first >= n && this.box.right - x > rem(14)) root.append(haloed(x, this.box.top + rem(1.2), this.options.note, { "font-size": rem(0.9) }));
  }

  #label(root, party, narrow) {
    const size = Math.min(rem(narrow ? 0.92 : 1), (this.box.bottom - this.box.top) / this.order.length);
    const group = svg("g");
    const x = this.box.right + rem(0.5);
    const stick = svg("line", { x1: this.box.right + 1, x2: x, stroke: token("muted"), "stroke-width": 1 });
    const chip = this.options.style === "lines"
      ? partyLine(`M${x},0h${size * 1.1}`, party, rem(0.2))
      : svg("rect", { x, y: -size * 0.45, width: size * 0.8, height: size * 0.9, fill: party.colour, stroke: token("muted"), "stroke-width": 0.6 });
    const number = text(x + size * 1.3, size * 0.35, "", { "font-size": size, "font-weight": 650 });
    const name = text(x + size * (narrow ? 3.5 : 3.6), size * 0.35, this.options.names === false ? "" : narrow && party.id === "MI" ? "Internat." : shortName(party), { "font-size": size * 0.92 });
    const moving = svg("g", {}, [chip, number, name]);
    group.append(stick, moving);
    root.append(group);
    return { party, moving, stick, number, size };
  }

  tick(day) {
    this.day = day;
    if (!this.clip || !this.rows) return;
    const n = this.order.length;
    const at = Math.min(Math.floor(day), this.options.upTo - 1);
    const x = onGrid(this.x(Math.min(day, this.options.upTo - 1)));
    if (x !== this.shownX) {
      this.shownX = x;
      this.clip.setAttribute("width", Math.max(0, x - this.box.left));
      this.head.setAttribute("x1", x);
      this.head.setAttribute("x2", x);
    }
    if (at < 0 || at === this.shownDay) return;
    this.shownDay = at;
    let below = 0;
    const middles = this.labels.map(({ party }) => {
      const share = this.rows[at * n + party.k];
      below += share;
      return this.options.style === "lines" ? this.y(share) : this.y(below - share / 2);
    });
    const size = this.labels[0].size;
    const placed = spread(middles, Math.min(size * 1.22, (this.box.bottom - this.box.top - size) / (middles.length - 1)), this.box.top + size * 0.6, this.box.bottom - size * 0.4);
    this.labels.forEach((label, i) => {
      label.moving.setAttribute("transform", `translate(0 ${placed[i].toFixed(1)})`);
      label.stick.setAttribute("y1", middles[i].toFixed(1));
      label.stick.setAttribute("y2", placed[i].toFixed(1));
      label.number.textContent = `${Math.round(100 * this.rows[at * n + label.party.k])}`;
    });
    this.title.textContent = `${this.options.label}. ${this.order.map((party) => `${party.title} ${percent(this.rows[at * n + party.k])}`).join(", ")}.`;
  }
}

export function swatch(party) {
  return svg("svg", { width: "0.9em", height: "0.9em", viewBox: "0 0 10 10", "aria-hidden": "true", class: "swatch" }, svg("rect", { width: 10, height: 10, fill: party.colour, stroke: inkOn(party.colour), "stroke-opacity": 0.35 }));
}
