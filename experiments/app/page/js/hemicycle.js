// A body as seats in a half circle, with its electors as a bar beneath.

import { clear, contrast, fitted, inkOn, leftToRight, percent, rem, shortName, svg, text, token } from "./draw.js";

const MOST_SEATS = 1400; // bodies with more seats are drawn in proportion

// Places of n seats in rows of a half circle, from the left to the right.
export function seatPlaces(n) {
  let rows = Math.max(1, Math.round(Math.sqrt(n / 5.2)));
  if (n <= 12) rows = 1;
  const radii = Array.from({ length: rows }, (_, i) => (rows === 1 ? 1 : 0.38 + (0.62 * i) / (rows - 1)));
  const total = radii.reduce((sum, r) => sum + r, 0);
  const counts = radii.map((r) => Math.floor((n * r) / total));
  let rest = n - counts.reduce((sum, c) => sum + c, 0);
  for (let i = rows - 1; rest > 0; i = (i + rows - 1) % rows, rest -= 1) counts[i] += 1;
  const places = [];
  radii.forEach((r, i) => {
    for (let j = 0; j < counts[i]; j += 1) {
      const angle = counts[i] === 1 ? Math.PI / 2 : Math.PI * (1 - j / (counts[i] - 1));
      places.push({ x: r * Math.cos(angle), y: r * Math.sin(angle), angle });
    }
  });
  places.sort((p, q) => q.angle - p.angle || q.y - p.y);
  const gap = rows === 1 ? Math.min(0.3, Math.PI / Math.max(n, 2)) : 0.62 / (rows - 1);
  return { places, size: Math.min(gap, (Math.PI * total) / n) * 0.43 };
}

export class Hemicycle {
  constructor(host, world, { legend = false } = {}) {
    this.host = host;
    this.world = world;
    this.order = leftToRight(world.parties);
    this.legend = legend;
    this.day = 0;
    this.redraw = fitted(host, (width, height) => this.draw(width, height));
  }

  set(history, body) {
    this.history = history;
    this.body = body;
    this.counts = history.seatCounts(body);
    this.electors = history.electors(body);
    this.info = this.world.bodies.find((each) => each.id === body);
    let most = 0;
    const n = this.order.length;
    for (let t = 0; t < history.upTo; t += 1) {
      let total = 0;
      for (let k = 0; k < n; k += 1) total += this.counts[t * n + k];
      most = Math.max(most, total);
    }
    this.nSeats = most;
    this.redraw();
  }

  draw(width, height) {
    clear(this.host);
    if (!this.history) return;
    const root = svg("svg", { class: "chart", width, height, viewBox: `0 0 ${width} ${height}`, role: "img" });
    this.title = svg("title");
    root.append(this.title);
    const foot = rem(3.9);
    const radius = Math.max(20, Math.min((width - rem(1.5)) / 2, height - foot - rem(0.6)));
    const cx = width / 2;
    const cy = rem(0.5) + radius + Math.max(0, (height - foot - rem(0.6) - radius) / 2);
    const { places, size } = seatPlaces(Math.max(1, Math.min(Math.round(this.nSeats), MOST_SEATS)));
    const dot = Math.max(1.2, Math.min(size * radius, rem(0.75)));
    const reach = radius - dot;
    this.dots = places.map((place) => svg("circle", { cx: (cx + reach * place.x).toFixed(1), cy: (cy - reach * place.y).toFixed(1), r: dot.toFixed(2), "stroke-width": Math.min(0.7, dot * 0.18).toFixed(2) }));
    this.fills = new Array(this.dots.length).fill("");
    root.append(svg("g", {}, this.dots));
    const unit = Math.min(radius / 8.6, rem(1.5));
    this.middle = text(cx, cy - unit * 1.15, "", { "text-anchor": "middle", "font-size": unit * 1.75, "font-weight": 650 });
    this.under = text(cx, cy - unit * 0.05, "", { "text-anchor": "middle", "font-size": Math.max(rem(0.74), unit * 0.95), fill: token("ink") });
    if (radius > rem(6.6)) root.append(this.under);
    root.append(this.middle);
    this.bars = ["Seats", "Electors"].map((name, i) => this.#bar(root, name, rem(4.4), width - rem(0.4), cy + rem(0.65 + 1.75 * i)));
    this.host.append(root);
    this.shown = -1;
    this.tick(this.day);
  }

  #bar(root, name, left, right, y) {
    const height = rem(1.4);
    root.append(text(left - rem(0.45), y + height * 0.72, name, { "text-anchor": "end", "font-size": rem(0.95), "font-weight": 600 }));
    const parts = this.order.map((party) => {
      const rect = svg("rect", { y, height, fill: party.colour, stroke: token("edge"), "stroke-width": 1 });
      const label = text(0, y + height * 0.72, "", { "text-anchor": "middle", "font-size": rem(0.88), "font-weight": 650, fill: inkOn(party.colour) });
      root.append(rect, label);
      return { party, rect, label };
    });
    return { parts, left, right };
  }

  #fill(bar, shares) {
    let x = bar.left;
    for (const { party, rect, label } of bar.parts) {
      const width = (bar.right - bar.left) * shares[party.k];
      rect.setAttribute("x", x.toFixed(1));
      rect.setAttribute("width", Math.max(0, width).toFixed(1));
      label.setAttribute("x", (x + width / 2).toFixed(1));
      label.textContent = width > rem(1.6) ? Math.round(100 * shares[party.k]) : "";
      x += width;
    }
  }

  tick(day) {
    this.day = day;
    if (!this.dots || !this.history) return;
    const at = Math.max(0, Math.min(Math.floor(day), this.history.upTo - 1));
    if (at === this.shown) return;
    this.shown = at;
    const n = this.order.length;
    const row = this.counts.subarray(at * n, at * n + n);
    const total = row.reduce((sum, c) => sum + c, 0);
    const scale = this.dots.length / Math.max(total, this.nSeats, 1);
    let seat = 0;
    let sum = 0;
    for (const party of this.order) {
      sum += row[party.k];
      const end = Math.round(sum * scale);
      for (; seat < end && seat < this.dots.length; seat += 1) this.#paint(seat, party.colour);
    }
    for (; seat < this.dots.length; seat += 1) this.#paint(seat, "none");
    const shares = [...row].map((c) => (total ? c / total : 0));
    this.#fill(this.bars[0], shares);
    const electors = this.electors.subarray(at * n, at * n + n);
    this.#fill(this.bars[1], electors);
    const leading = this.order.filter((p) => p.id !== "NP").reduce((best, p) => (shares[p.k] > shares[best.k] ? p : best));
    this.under.textContent = total ? shortName(leading) : "does not sit";
    this.middle.textContent = total ? percent(shares[leading.k]) : "";
    this.title.textContent = total
      ? `${this.info.title}: ${this.order.map((p) => `${p.title} ${percent(shares[p.k])} of seats, ${percent(electors[p.k])} of electors`).join("; ")}.`
      : `${this.info.title} does not sit on this day.`;
  }

  #paint(seat, colour) {
    if (this.fills[seat] === colour) return;
    this.fills[seat] = colour;
    this.dots[seat].setAttribute("fill", colour);
    const faint = colour !== "none" && contrast(colour, token("panel")) < 2.4;
    this.dots[seat].setAttribute("stroke", colour === "none" ? token("rule") : faint ? token("muted") : "none");
  }
}
