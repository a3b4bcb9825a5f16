// Small helpers for drawing: SVG elements, colours of the theme, labels that keep apart.

const NS = "http://www.w3.org/2000/svg";

export function svg(tag, attributes = {}, children = []) {
  const element = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  for (const child of [].concat(children)) element.append(child);
  return element;
}

export function html(tag, attributes = {}, children = []) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "class") element.className = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  for (const child of [].concat(children)) if (child !== null) element.append(child);
  return element;
}

export function text(x, y, words, attributes = {}) {
  const element = svg("text", { x, y, fill: token("ink"), "font-size": rem(0.9), "font-family": SANS, ...attributes });
  element.textContent = words;
  return element;
}

// Type that stands clear of the lines it crosses.
export function haloed(x, y, words, attributes = {}) {
  return text(x, y, words, { stroke: token("panel"), "stroke-width": rem(0.3), "stroke-linejoin": "round", "paint-order": "stroke", ...attributes });
}

export const SANS = "'Source Sans 3', 'Source Sans Pro', 'Segoe UI', sans-serif";
export const SERIF = "'Source Serif 4', 'Source Serif Pro', Georgia, serif";

let tokens = {};

export function readTokens() {
  const style = getComputedStyle(document.documentElement);
  tokens = { rem: parseFloat(style.fontSize) };
  for (const name of ["ink", "muted", "rule", "paper", "panel", "accent", "edge"]) {
    tokens[name] = style.getPropertyValue(`--${name}`).trim();
  }
  lineColours.clear();
}

export function token(name) {
  return tokens[name];
}

export function rem(size) {
  return Math.round(size * tokens.rem * 10) / 10;
}

// A position that moves by half pixels: what nobody can see need not be drawn again.
export function onGrid(x) {
  return Math.round(2 * x) / 2;
}

// --- colours -----------------------------------------------------------------------------

function channels(colour) {
  const value = parseInt(colour.replace("#", ""), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

export function luminance(colour) {
  const [r, g, b] = channels(colour).map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(one, other) {
  const [low, high] = [luminance(one), luminance(other)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

function mixed(colour, target, part) {
  const [a, b] = [channels(colour), channels(target)];
  return `#${a.map((c, i) => Math.round(c + (b[i] - c) * part).toString(16).padStart(2, "0")).join("")}`;
}

const lineColours = new Map();

// A party's colour as a line: as it is, or moved away from the ground until it can be seen.
export function lineColour(colour) {
  if (!lineColours.has(colour)) {
    const away = luminance(token("panel")) > 0.4 ? "#000000" : "#ffffff";
    let part = 0;
    while (part < 0.9 && contrast(mixed(colour, away, part), token("panel")) < 3.2) part += 0.04;
    lineColours.set(colour, mixed(colour, away, part));
  }
  return lineColours.get(colour);
}

// A line of a party: in its own colour, cased where the ground would swallow it.
export function partyLine(d, party, width, pattern = DASHES[party.id]) {
  const shape = { d, fill: "none", "stroke-linejoin": "round", "stroke-dasharray": pattern || null };
  const line = svg("path", { ...shape, stroke: party.colour, "stroke-width": width });
  if (contrast(party.colour, token("panel")) >= 3) return line;
  return svg("g", {}, [svg("path", { ...shape, stroke: token("ink"), "stroke-width": width + rem(0.11) }), line]);
}

export function inkOn(colour) {
  return contrast(colour, "#ffffff") >= 4.5 ? "#ffffff" : "#14120f";
}

const DASHES = { BO: null, LSR: "9 4", MI: "2 3", ME: "12 3 2 3", RSR: null, KD: "6 3", NP: "1.5 4" };

// From the left of 1917 to its right; people of no party last.
const ORDER = ["BO", "LSR", "MI", "ME", "RSR", "KD"];

export function leftToRight(parties) {
  const rank = (party) => (party.id === "NP" ? 99 : ORDER.includes(party.id) ? ORDER.indexOf(party.id) : 50);
  return parties.map((party, k) => ({ ...party, k })).sort((x, y) => rank(x) - rank(y));
}

const SHORT = {
  NP: "No party", KD: "Kadets", RSR: "SRs", LSR: "Left SRs", ME: "Mensheviks",
  MI: "Internationalists", BO: "Bolsheviks",
};

export function shortName(party) {
  return SHORT[party.id] || party.title;
}

const ICONS = {
  first: "M3 3v10M13 3L6 8l7 5z", back: "M11 3L4.5 8l6.5 5z", on: "M5 3l6.5 5L5 13z", last: "M13 3v10M3 3l7 5-7 5z",
  play: "M4 2.5L13.5 8 4 13.5z", pause: "M4.2 3v10M11 3v10", down: "M3.5 5.5h9L8 11z",
};

export function icon(name) {
  const wide = name === "pause" ? 3.4 : 1.6;
  return svg("svg", { viewBox: "0 0 16 16", class: "icon", "aria-hidden": "true" }, svg("path", { d: ICONS[name], fill: "currentColor", stroke: "currentColor", "stroke-width": wide, "stroke-linejoin": "round" }));
}

// --- numbers and labels ----------------------------------------------------------------------

export function percent(share, digits = 0) {
  return Number.isFinite(share) ? `${(100 * share).toFixed(digits)} %` : "–";
}

export function points(difference) {
  const rounded = Math.round(100 * difference);
  return rounded > 0 ? `+${rounded}` : rounded < 0 ? `−${-rounded}` : "0";
}

// Move positions apart by at least `gap`, within [low, high], each as little as possible.
export function spread(wanted, gap, low, high) {
  const order = wanted.map((y, i) => i).sort((i, j) => wanted[i] - wanted[j]);
  const placed = [...wanted];
  let floor = low;
  for (const i of order) {
    placed[i] = Math.max(placed[i], floor);
    floor = placed[i] + gap;
  }
  let ceiling = high;
  for (const i of [...order].reverse()) {
    placed[i] = Math.min(placed[i], ceiling);
    ceiling = placed[i] - gap;
  }
  return placed;
}

export function clear(host) {
  while (host.firstChild) host.removeChild(host.firstChild);
}

// A chart that fills its host: calls draw(width, height) now and whenever the size changes.
export function fitted(host, draw) {
  let last = "";
  const redraw = (force) => {
    const { width, height } = host.getBoundingClientRect();
    const size = `${Math.round(width)} ${Math.round(height)}`;
    if (width < 20 || height < 20 || (!force && size === last)) return;
    last = size;
    draw(Math.round(width), Math.round(height));
  };
  new ResizeObserver(() => redraw(false)).observe(host);
  return () => redraw(true);
}
