// All places at once: a schematic map of small pictures.

import { clear, fitted, inkOn, leftToRight, percent, rem, shortName, svg, text, token } from "./draw.js";

// Column and row of each place: roughly where it lies, Petrograd at the top in the middle.
const MAP = {
  helsingfors_fleet: [0, 0], kronstadt: [1, 0], petrograd_workers: [2, 0], petrograd_garrison: [3, 0], petrograd_citizens: [4, 0],
  northern_western_fronts: [0, 1], moscow_workers: [2, 1], moscow_garrison: [3, 1], moscow_citizens: [4, 1], urals: [5, 1],
  southwestern_romanian_fronts: [0, 2], ukraine: [1, 2], central_industrial: [3, 2], volga: [4, 2],
  villages: [0, 3], donets: [2, 3], caucasus: [3, 3],
};

// Words where the map and the list have no place, by column and row.
const NOTES = [
  [4, 3, ["Shares are of what people hold in private;", "the number is the largest party's, in percent.", "A schematic map: a click opens a place."]],
  [1, 3, ["Villages: soldiers who", "deserted. White until", "the first has left."]],
];
const HELD = ["What people hold", "in private"];

const NAMES = {
  petrograd_workers: "Petrograd workers", petrograd_garrison: "Petrograd garrison", petrograd_citizens: "Petrograd others",
  moscow_workers: "Moscow workers", moscow_garrison: "Moscow garrison", moscow_citizens: "Moscow others",
  helsingfors_fleet: "Helsingfors", kronstadt: "Kronstadt", northern_western_fronts: "N., W. fronts",
  southwestern_romanian_fronts: "S.-W. fronts", central_industrial: "Central Ind.", urals: "Urals", donets: "Donets",
  volga: "Volga", caucasus: "Caucasus", ukraine: "Ukraine", villages: "Villages",
};

export function placeName(place) {
  return NAMES[place.id] || place.title;
}

export class PlacesChart {
  constructor(host, world, { map = false, onPick }) {
    this.host = host;
    this.world = world;
    this.map = map && world.places.every((place) => place.id in MAP);
    this.onPick = onPick;
    this.order = leftToRight(world.parties);
    this.day = 0;
    this.redraw = fitted(host, (width, height) => this.draw(width, height));
  }

  set(history, chosen, whole) {
    this.history = history;
    this.chosen = chosen;
    this.whole = whole;
    this.redraw();
  }

  draw(width, height) {
    const focused = this.host.contains(document.activeElement) ? document.activeElement.dataset.place : null;
    clear(this.host);
    if (!this.history) return;
    const columns = this.map ? 6 : 3;
    const rows = this.map ? 4 : Math.ceil(this.world.places.length / columns);
    const gap = rem(this.map ? 0.7 : 0.45);
    const [w, h] = [(width - gap * (columns - 1)) / columns, (height - gap * (rows - 1)) / rows];
    const root = svg("svg", { class: "chart", width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Places" });
    this.tiles = this.world.places.map((place, i) => {
      const [column, row] = this.map ? MAP[place.id] : [i % columns, Math.floor(i / columns)];
      return this.#tile(root, place, column * (w + gap), row * (h + gap), w, h);
    });
    const say = ([column, row, lines], top, size) => lines.forEach((words, i) => root.append(text(column * (w + gap), row * (h + gap) + rem(top + 1.35 * size * i), words, { fill: token("muted"), "font-size": rem(size), class: words.includes("click") ? "to-click" : null })));
    if (this.map) for (const note of NOTES) say(note, 2.4, 0.92);
    else if (this.world.places.length % columns) say([this.world.places.length % columns, rows - 1, HELD], 0.78, 0.82);
    this.host.append(root);
    this.shown = -1;
    if (focused) root.querySelector(`[data-place="${focused}"]`)?.focus();
    this.tick(this.day);
  }

  #tile(root, place, x, y, w, h) {
    const chosen = place.id === this.chosen;
    const small = !this.map;
    const group = svg("g", { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`, class: "tile", role: "button", tabindex: 0, "data-place": place.id, "aria-pressed": chosen });
    const head = rem(small ? 1.12 : 1.45);
    const name = text(rem(0.1), head * 0.78, placeName(place), { "font-size": rem(small ? 0.86 : 0.98), "font-weight": chosen ? 700 : 500 });
    const value = text(w - rem(0.1), head * 0.78, "", { "text-anchor": "end", "font-size": rem(1.05), "font-weight": 650 });
    const box = { left: 0, right: w, top: head, bottom: h };
    const rows = this.history.place(place.id);
    const area = this.#areas(rows, box);
    const id = `tile-${this.map ? "map" : "grid"}-${place.id}`;
    const clip = svg("rect", { x: 0, y: head, width: 0, height: h - head });
    group.append(
      svg("title", {}, place.id === "villages" ? `${place.title}. White until the first has left.` : place.title),
      svg("rect", { x: 0, y: 0, width: w, height: h, fill: token("panel") }),
      svg("clipPath", { id }, clip),
      svg("rect", { x: 0, y: head, width: w, height: h - head, fill: token("paper"), stroke: token("rule") }),
    );
    if (this.whole) group.append(svg("g", { opacity: 0.38 }, area.cloneNode(true)));
    const headLine = svg("line", { y1: head, y2: h, stroke: token("ink"), "stroke-width": 1.5 });
    group.append(svg("g", { "clip-path": `url(#${id})` }, area), headLine, name);
    if (!small) group.append(value);
    if (chosen) group.append(svg("rect", { x: 0, y: head, width: w, height: h - head, fill: "none", stroke: token("ink"), "stroke-width": 2.5 }));
    const pick = () => this.onPick(place.id);
    group.addEventListener("click", pick);
    group.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        event.stopPropagation();
        pick();
      }
    });
    root.append(group);
    return { place, rows, clip, headLine, value, group, w };
  }

  #areas(rows, box) {
    const n = this.order.length;
    const days = this.history.upTo;
    const lower = new Float32Array(days);
    const group = svg("g");
    const step = 2;
    if (!days) return group;
    for (const party of this.order) {
      let up = "";
      let down = "";
      for (let t = 0; t < days; t += t + step >= days && t < days - 1 ? days - 1 - t : step) {
        const x = (((box.right - box.left) * (t + 0.5)) / this.world.n_days).toFixed(1);
        const y = (share) => (box.bottom - (box.bottom - box.top) * share).toFixed(1);
        down = `L${x},${y(lower[t])}${down}`;
        lower[t] += rows[t * n + party.k];
        up += `${up ? "L" : "M"}${x},${y(lower[t])}`;
      }
      group.append(svg("path", { d: `${up}${down}Z`, fill: party.colour, stroke: token("edge"), "stroke-width": 0.5 }));
    }
    return group;
  }

  tick(day) {
    this.day = day;
    if (!this.tiles || !this.history) return;
    const at = Math.max(0, Math.min(Math.floor(day), this.history.upTo - 1));
    const n = this.order.length;
    if (at === this.shown) return; // so many pictures are drawn by whole days
    this.shown = at;
    for (const tile of this.tiles) {
      const x = (tile.w * (at + 0.5)) / this.world.n_days;
      tile.clip.setAttribute("width", x.toFixed(1));
      tile.headLine.setAttribute("x1", x.toFixed(1));
      tile.headLine.setAttribute("x2", x.toFixed(1));
      const row = tile.rows.subarray(at * n, at * n + n);
      const leading = this.order.reduce((best, p) => (row[p.k] > row[best.k] ? p : best));
      const some = row[leading.k] > 0;
      const words = some ? `${shortName(leading)} ${Math.round(100 * row[leading.k])}` : "nobody yet";
      if (this.map) tile.value.textContent = tile.w > rem(15) ? words : some ? Math.round(100 * row[leading.k]) : "";
      tile.group.setAttribute("aria-label", `${tile.place.title}: ${some ? `largest ${leading.title}, ${percent(row[leading.k])}` : "nobody yet"}`);
    }
  }
}

export function legend(parties) {
  const list = document.createElement("ul");
  list.className = "legend";
  for (const party of leftToRight(parties)) {
    const item = document.createElement("li");
    item.append(svg("svg", { viewBox: "0 0 10 10", "aria-hidden": "true" }, svg("rect", { width: 10, height: 10, fill: party.colour, stroke: inkOn(party.colour), "stroke-opacity": 0.4 })), shortName(party));
    list.append(item);
  }
  return list;
}
