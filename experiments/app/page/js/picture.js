// The present view as one SVG: what stands on the page, in its own type, without what is there to click.

import { bothCalendars } from "./dates.js";
import { SANS, SERIF, rem, svg, text, token } from "./draw.js";
import { isComparing, shownSlot, state } from "./state.js";
import { baseWords, chosenWords } from "./whatif.js";

const LEFT_OUT = ".unseen, .switcher, .which, .more-below, summary, select, svg";
const BREAKS = /[^\s\-–]+[-–]*|[-–]+/g; // pieces after which a line may break
const WHOLE = ".record-row, tr"; // parts that are drawn whole or not at all
const RULED = ".year li, .record-row"; // parts with a line above them
const pen = document.createElement("canvas").getContext("2d");

// Panels with content; those of mere choices, or still waiting for a choice, are left out.
function panelsToDraw(view) {
  return [...view.querySelectorAll(".panel")].filter((each) => each.checkVisibility() && !each.matches(".unit-list") && !(each.matches(".year-panel, .record-detail") && each.querySelector(".hint")));
}

function union(boxes) {
  const [left, top] = [Math.min(...boxes.map((b) => b.left)), Math.min(...boxes.map((b) => b.top))];
  return { left, top, width: Math.max(...boxes.map((b) => b.right)) - left, height: Math.max(...boxes.map((b) => b.bottom)) - top };
}

// The part of the screen on which an element can be seen.
function clipOf(element, panel) {
  let { left, top, right, bottom } = panel.getBoundingClientRect();
  for (let each = element; each && each !== panel; each = each.parentElement) {
    const more = each.nextElementSibling;
    if (more?.matches(".more-below") && !more.hidden) bottom = Math.min(bottom, more.getBoundingClientRect().bottom - rem(1.15));
    if (getComputedStyle(each).overflow === "visible") continue;
    const box = each.getBoundingClientRect();
    [left, top, right, bottom] = [Math.max(left, box.left), Math.max(top, box.top), Math.min(right, box.right), Math.min(bottom, box.bottom)];
  }
  return { left, top, right, bottom };
}

const isWithin = (box, clip) => box.top >= clip.top - 2 && box.bottom <= clip.bottom + 2;

// The lines in which a text stands on the page.
function linesOf(node, clip) {
  const range = document.createRange();
  const lines = [];
  for (const found of node.data.matchAll(BREAKS)) {
    const stop = found.index + found[0].length;
    range.setStart(node, found.index);
    range.setEnd(node, stop);
    const { left, right, top, bottom } = range.getBoundingClientRect();
    const line = lines.at(-1);
    const same = line && Math.abs(line.top - top) < 2;
    if (right > clip.right + 1) {
      if (same) line.cut = true;
    } else if (same) Object.assign(line, { stop, right });
    else lines.push({ start: found.index, stop, left, right, top, bottom, cut: false });
  }
  return lines.map((line) => ({ ...line, words: `${node.data.slice(line.start, line.stop).replace(/[\n\t ]+/g, " ")}${line.cut ? "…" : ""}` }));
}

// A text keeps its length, so that a viewer without the typeface keeps the layout.
function keepLength(element, length) {
  if (length < 1) return;
  element.setAttribute("textLength", length.toFixed(1));
  element.setAttribute("lengthAdjust", "spacingAndGlyphs");
}

function words(line, style) {
  pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = pen.measureText("x");
  const baseline = line.top + ((line.bottom - line.top) * up) / (up + down);
  const element = text(line.left.toFixed(1), baseline.toFixed(1), line.words, { fill: style.color, "font-size": parseFloat(style.fontSize), "font-weight": style.fontWeight, "font-family": style.fontFamily });
  if (!line.cut) keepLength(element, line.right - line.left);
  return element;
}

function drawTexts(root, panel) {
  const walk = document.createTreeWalker(panel, NodeFilter.SHOW_TEXT, (node) => {
    const parent = node.parentElement;
    return node.data.trim() && !parent.closest(LEFT_OUT) && parent.checkVisibility() ? NodeFilter.FILTER_ACCEPT : NodeFilter.FILTER_REJECT;
  });
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    const clip = clipOf(node.parentElement, panel);
    const style = getComputedStyle(node.parentElement);
    const row = node.parentElement.closest(WHOLE);
    if (row && !isWithin(row.getBoundingClientRect(), clip)) continue;
    for (const line of linesOf(node, clip)) if (isWithin(line, clip)) root.append(words(line, style));
  }
}

// A menu shows its choice.
function drawChoices(root, panel) {
  for (const select of panel.querySelectorAll("select")) {
    if (!select.checkVisibility()) continue;
    const style = getComputedStyle(select);
    const box = select.getBoundingClientRect();
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    let name = select.selectedOptions[0]?.text ?? "";
    const room = box.width - rem(1.4);
    const whole = name;
    while (name && pen.measureText(name).width > room) name = name.slice(0, -1).trimEnd();
    const size = parseFloat(style.fontSize);
    const left = box.left + parseFloat(style.paddingLeft) + 1;
    root.append(text(left.toFixed(1), (box.top + box.height / 2 + size * 0.34).toFixed(1), name === whole ? name : `${name}…`, { "font-size": size, "font-weight": style.fontWeight }));
  }
}

function drawCharts(root, panel) {
  for (const chart of panel.querySelectorAll("svg")) {
    const box = chart.getBoundingClientRect();
    const clip = clipOf(chart.parentElement, panel);
    const row = chart.closest(WHOLE);
    if (row && !isWithin(row.getBoundingClientRect(), clip)) continue;
    const carpet = chart.matches(".carpet"); // may be longer than its panel
    if (!box.width || chart.matches(".icon") || !chart.checkVisibility() || (!carpet && !isWithin(box, clip))) continue;
    const copy = chart.cloneNode(true);
    const [top, bottom] = carpet ? [Math.max(box.top, clip.top), Math.min(box.bottom, clip.bottom)] : [box.top, box.bottom];
    if (carpet) copy.setAttribute("viewBox", `0 ${top - box.top} ${box.width} ${bottom - top}`);
    for (const [name, value] of Object.entries({ x: box.left, y: top, width: box.width, height: bottom - top })) copy.setAttribute(name, value.toFixed(1));
    const copies = copy.querySelectorAll("text");
    chart.querySelectorAll("text").forEach((each, i) => keepLength(copies[i], each.getComputedTextLength()));
    for (const hint of copy.querySelectorAll(".to-click")) hint.remove();
    root.append(copy);
  }
}

function drawPanel(root, panel) {
  const box = panel.getBoundingClientRect();
  root.append(svg("rect", { x: box.left, y: box.top, width: box.width, height: box.height, rx: rem(0.4), fill: token("panel"), stroke: token("rule") }));
  for (const part of panel.querySelectorAll(RULED)) {
    const { left, right, top } = part.getBoundingClientRect();
    const clip = clipOf(part.parentElement, panel);
    if (top > clip.top && top < clip.bottom - rem(1.2)) root.append(svg("line", { x1: left, x2: right, y1: top, y2: top, stroke: token("rule") }));
  }
  drawCharts(root, panel);
  drawTexts(root, panel);
  drawChoices(root, panel);
  for (const which of panel.querySelectorAll(".which:not([hidden])")) {
    const { left, top, height } = which.getBoundingClientRect();
    const shown = which.querySelector('[aria-pressed="true"]').textContent;
    root.append(text(left, top + height / 2 + rem(0.34), `Shown: ${shown}`, { "font-size": rem(1), "font-weight": 600 }));
  }
  for (const more of panel.querySelectorAll(".more-below:not([hidden])")) { // the text goes on, which paper cannot show
    const { left, right, bottom } = more.getBoundingClientRect();
    root.append(text((left + right) / 2, bottom - rem(0.4), "…", { "text-anchor": "middle", fill: token("muted") }));
  }
}

// The page's own typefaces, put into the picture; a file without a server has them in it already.
async function typefaces() {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].filter((rule) => rule instanceof CSSFontFaceRule).map((rule) => ({ rule, from: sheet.href ?? document.baseURI })));
  const written = await Promise.all(rules.map(async ({ rule, from }) => {
    const [, address] = rule.style.getPropertyValue("src").match(/url\("?([^")]+)"?\)/);
    const data = address.startsWith("data:") ? address : await asDataAddress(new URL(address, from));
    return `@font-face{font-family:${rule.style.getPropertyValue("font-family")};font-weight:200 900;src:url(${data}) format("woff2")}`;
  }));
  return `${written.join("\n")}\ntext{font-variant-numeric:tabular-nums}`;
}

async function asDataAddress(address) {
  const bytes = new Uint8Array(await (await fetch(address)).arrayBuffer());
  return `data:font/woff2;base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
}

// What the charts of the present view are about.
function subjects(world) {
  const place = world.places.find(({ id }) => id === state.place).title;
  const body = world.bodies.find(({ id }) => id === state.body).title;
  return { story: [place, body], bodies: [body], people: [place] }[state.view] ?? [];
}

// Which history the picture shows, or both.
function histories(world) {
  if (isComparing() && state.view === "story") return `${baseWords(world)}, and: ${chosenWords(world)}`;
  return shownSlot() === "a" && state.view !== "story" ? baseWords(world) : chosenWords(world);
}

export async function viewAsSvg(world) {
  const view = document.querySelector(".view:not([hidden])");
  const panels = panelsToDraw(view);
  const frame = union(panels.map((each) => each.getBoundingClientRect()));
  const [margin, head, foot] = [rem(1.2), rem(4.6), rem(2.4)];
  const [width, height] = [Math.ceil(frame.width + 2 * margin), Math.ceil(frame.height + head + foot)];
  const root = svg("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}`, "font-family": SANS });
  const note = `allegiance, a model of 1917: one run of ${world.n_agents.toLocaleString("en")} agents, seed ${state.seed}. It says what the model does, not what would have happened.`;
  const group = svg("g", { transform: `translate(${(margin - frame.left).toFixed(1)} ${(head - frame.top).toFixed(1)})` });
  for (const panel of panels) drawPanel(group, panel);
  for (const legend of view.querySelectorAll(".legend.shared:not([hidden])")) {
    drawCharts(group, legend);
    drawTexts(group, legend);
  }
  const [title, date, below] = [
    text(margin, rem(2.1), histories(world), { "font-family": SERIF, "font-size": rem(1.5), "font-weight": 600 }),
    text(margin, rem(3.6), [bothCalendars(Math.floor(state.day)), ...subjects(world)].join("  ·  "), { "font-size": rem(1), fill: token("muted") }),
    text(margin, height - rem(0.8), note, { "font-size": rem(0.8), fill: token("muted") }),
  ];
  root.append(svg("rect", { width, height, fill: token("paper") }), title, date, group, below);
  fitInto([title, date, below], root, width - 2 * margin);
  const style = svg("style");
  style.textContent = await typefaces();
  root.prepend(style);
  return { markup: new XMLSerializer().serializeToString(root), width, height };
}

// Lines longer than the picture are pressed together; their length is known only once they are laid out.
function fitInto(lines, root, room) {
  Object.assign(root.style, { position: "fixed", visibility: "hidden" });
  document.body.append(root);
  for (const line of lines) keepLength(line, Math.min(room, line.getComputedTextLength()));
  root.remove();
  root.removeAttribute("style");
}
