// The record against the model: documented figures, predictions and their intervals.

import { bothCalendars } from "./dates.js";
import { clear, fitted, html, percent, rem, svg, token } from "./draw.js";

// Cut predictions, laid end to end, into occasions.
export function offsets(documented) {
  const found = [];
  let at = 0;
  for (const each of documented) {
    found.push(at);
    at += each.values.length;
  }
  return found;
}

export function predictionOf(world, history, index) {
  if (!history || !history.votes) return null;
  const at = offsets(world.documented)[index];
  const total = history.votes.length;
  return world.documented[index].values.map((_, i) => ({
    run: history.votes[at + i],
    low: history.bands ? history.bands.votes[at + i] : NaN,
    middle: history.bands ? history.bands.votes[total + at + i] : NaN,
    high: history.bands ? history.bands.votes[2 * total + at + i] : NaN,
  }));
}

// Whether the record lies within the model's interval; of a claim, whether it holds in most runs.
export function isHit(each, i, prediction) {
  if (!prediction || !Number.isFinite(prediction.low)) return null;
  if (each.unit === "claim") return prediction.middle > 0.5;
  return each.values[i] >= prediction.low && each.values[i] <= prediction.high;
}

// The upper end of a figure's scale: a whole for shares, else what the largest number needs.
export function topOf(each, predictions) {
  if (each.unit !== "number") return 1;
  const known = predictions.flatMap((all) => (all ?? []).flatMap(({ run, high }) => [run, high]));
  return 1.08 * Math.max(...each.values, ...known.filter(Number.isFinite));
}

// One scale with the record as a diamond, the model as a dot and its interval.
export function strip(width, share, prediction, { guess = null, top = 1 } = {}) {
  const height = rem(1.5);
  const left = rem(0.7);
  const x = (value) => left + (width - 2 * left) * Math.max(0, Math.min(1, value / top));
  const y = height / 2;
  const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, class: "chart", "aria-hidden": "true" });
  root.append(svg("line", { x1: x(0), x2: x(top), y1: y, y2: y, stroke: token("rule"), "stroke-width": 1.5 }));
  for (const tick of [0, 0.25, 0.5, 0.75, 1]) root.append(svg("line", { x1: x(tick * top), x2: x(tick * top), y1: y - 4, y2: y + 4, stroke: token("rule") }));
  if (prediction) {
    if (Number.isFinite(prediction.low)) root.append(svg("line", { x1: x(prediction.low), x2: x(prediction.high), y1: y, y2: y, stroke: token("accent"), "stroke-width": rem(0.45), "stroke-opacity": 0.45, "stroke-linecap": "round" }));
    root.append(svg("circle", { cx: x(Number.isFinite(prediction.middle) ? prediction.middle : prediction.run), cy: y, r: rem(0.34), fill: token("accent") }));
  }
  if (guess !== null) root.append(svg("circle", { cx: x(guess), cy: y, r: rem(0.42), fill: "none", stroke: token("ink"), "stroke-width": 2, "stroke-dasharray": "3 2" }));
  if (share !== null) {
    const r = rem(0.44);
    root.append(svg("path", { d: `M${x(share) - r},${y}L${x(share)},${y - r}L${x(share) + r},${y}L${x(share)},${y + r}Z`, fill: token("ink"), stroke: token("panel"), "stroke-width": 1.2 }));
  }
  return root;
}

function rounded(value) {
  const grain = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(value, 1))) - 1);
  return (Math.round(value / grain) * grain).toLocaleString("en");
}

export function recordWords(each, i) {
  if (each.unit === "claim") return "claimed";
  if (each.unit === "number") return each.values[i].toLocaleString("en");
  return percent(each.values[i], each.values[i] < 0.1 ? 1 : 0);
}

function modelWords(each, prediction, brief = false) {
  if (!prediction) return "…";
  const known = Number.isFinite(prediction.middle);
  if (each.unit === "claim") return known ? `in ${percent(prediction.middle)} of runs` : "…";
  const one = each.unit === "number" ? rounded : percent;
  if (!known) return one(prediction.run);
  if (brief) return one(prediction.middle);
  const ends = each.unit === "number" ? [prediction.low, prediction.high].map(rounded) : [prediction.low, prediction.high].map((end) => Math.round(100 * end));
  return `${one(prediction.middle)} (${ends.join("–")})`;
}

// A card: what the source reports and what the model would have shown, option by option.
// A small one leaves the interval to its scale, a full one writes it out.
export function recordCard(world, index, histories, { width = 200, full = false } = {}) {
  const each = world.documented[index];
  const all = histories.map(({ history }) => predictionOf(world, history, index));
  const top = topOf(each, all);
  const rows = each.labels.map((label, i) => {
    const cells = [html("th", { scope: "row" }, label), html("td", { class: "number strong" }, recordWords(each, i))];
    for (const predictions of all) {
      const prediction = predictions?.[i] ?? null;
      cells.push(html("td", { class: `number ${isHit(each, i, prediction) === false ? "miss" : ""}` }, modelWords(each, prediction, histories.length > 1 || !full)));
    }
    cells.push(html("td", { class: "strip" }, strip(width, each.values[i], all[0]?.[i] ?? null, { top })));
    return html("tr", {}, cells);
  });
  const head = html("tr", {}, [
    html("td"), html("th", { scope: "col" }, "Record ◆"),
    ...histories.map(({ name }, i) => html("th", { scope: "col" }, histories.length > 1 ? name : `Model ${i === 0 ? "●" : ""}`)), html("td"),
  ]);
  const printed = full ? each.printings.map(({ text, citation }) => html("p", { class: "source" }, `Also printed: ${text} (${citation})`)) : [];
  return html("div", { class: "record-card" }, [
    html("h3", {}, each.title),
    html("p", { class: "dates" }, bothCalendars(each.first, each.last)),
    html("table", {}, [html("thead", {}, head), html("tbody", {}, rows)]),
    html("p", { class: "source" }, `${each.standing} ${each.citation}`.trim()),
    ...printed,
  ]);
}

// The list of all documented occasions, in the order of their dates.
export class RecordList {
  constructor(host, world, { onPick }) {
    this.host = host;
    this.world = world;
    this.onPick = onPick;
    this.day = 0;
    this.redraw = fitted(host, (width) => this.draw(width));
    this.chosen = null;
  }

  set(history, other) {
    this.history = history;
    this.other = other;
    this.redraw();
  }

  draw(width) {
    const focused = this.host.contains(document.activeElement) ? document.activeElement.dataset.index : null;
    clear(this.host);
    this.stripWidth = Math.max(120, width - rem(31.5));
    this.rows = this.world.documented.map((each, index) => this.#row(each, index));
    for (const row of this.rows) this.host.append(row.element);
    this.passed = null;
    if (focused !== null) this.host.querySelector(`[data-index="${focused}"]`)?.focus();
    this.tick(this.day);
  }

  #row(each, index) {
    const cells = {
      date: html("span", { class: "when" }, bothCalendars(each.first, each.last).split(" (")[0]),
      name: html("span", { class: "what" }, [each.title, html("small", {}, `${each.labels[each.headline]}${each.scored ? "" : " · for orientation"}`)]),
      strip: html("span", { class: "strip" }),
      numbers: html("span", { class: "numbers" }, [html("span"), html("span", { class: "model" })]),
    };
    const element = html("button", { class: "record-row", "data-index": index, onclick: () => this.onPick(index) }, Object.values(cells));
    return { each, index, element, cells };
  }

  tick(day) {
    this.day = day;
    if (!this.rows) return;
    const passed = this.world.documented.filter((each) => each.last <= day).length;
    if (passed === this.passed) return;
    this.passed = passed;
    for (const { each, index, element, cells } of this.rows) {
      const known = each.last <= day;
      const predictions = predictionOf(this.world, this.history, index);
      const prediction = predictions?.[each.headline] ?? null;
      const hit = known ? isHit(each, each.headline, prediction) : null;
      element.classList.toggle("to-come", !known);
      element.classList.toggle("miss", hit === false);
      element.classList.toggle("unscored", !each.scored);
      clear(cells.strip);
      cells.strip.append(strip(this.stripWidth, known ? each.values[each.headline] : null, known ? prediction : null, { top: topOf(each, [predictions]) }));
      const [record, model] = cells.numbers.children;
      record.textContent = known ? `${recordWords(each, each.headline)} ◆` : "not yet";
      model.textContent = known ? `${modelWords(each, prediction)} ●` : "";
      const verdict = hit === null ? "" : hit ? "A hit." : "A miss.";
      element.setAttribute("aria-label", `${each.title}, ${each.labels[each.headline]}: ${known ? `record ${recordWords(each, each.headline)}, model ${modelWords(each, prediction)}. ${verdict}` : "not yet"}`);
    }
  }

  // How many of the lines known by now lie within the model's interval, and how many claims hold.
  score(day) {
    const score = { n: 0, hits: 0, claims: 0, held: 0 };
    this.world.documented.forEach((each, index) => {
      if (each.last > day || !each.scored) return;
      const hit = isHit(each, each.headline, predictionOf(this.world, this.history, index)?.[each.headline]);
      if (hit === null) return;
      score[each.unit === "claim" ? "claims" : "n"] += 1;
      score[each.unit === "claim" ? "held" : "hits"] += hit ? 1 : 0;
    });
    return score;
  }
}

export function scoreText(score) {
  if (!score.n) return "The interval comes with the twenty runs behind it.";
  const claims = score.claims ? `; ${score.held} of ${score.claims} claims hold in most runs` : "";
  return `So far ${score.hits} of ${score.n} figures lie within the model's interval${claims}.`;
}
