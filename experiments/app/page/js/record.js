// The record against the model: documented shares, predictions and their intervals.

import { bothCalendars } from "./dates.js";
import { clear, fitted, html, percent, rem, svg, token } from "./draw.js";

// Cut predictions, laid end to end, into occasions.
export function offsets(documented) {
  const found = [];
  let at = 0;
  for (const each of documented) {
    found.push(at);
    at += each.shares.length;
  }
  return found;
}

export function predictionOf(world, history, index) {
  if (!history || !history.votes) return null;
  const at = offsets(world.documented)[index];
  const total = history.votes.length;
  return world.documented[index].shares.map((_, i) => ({
    run: history.votes[at + i],
    low: history.bands ? history.bands.votes[at + i] : NaN,
    middle: history.bands ? history.bands.votes[total + at + i] : NaN,
    high: history.bands ? history.bands.votes[2 * total + at + i] : NaN,
  }));
}

export function isHit(share, prediction) {
  return Number.isFinite(prediction.low) ? share >= prediction.low && share <= prediction.high : null;
}

// One scale from 0 to 100 with the record as a diamond, the model as a dot and its interval.
export function strip(width, share, prediction, guess = null) {
  const height = rem(1.5);
  const left = rem(0.7);
  const x = (value) => left + (width - 2 * left) * Math.max(0, Math.min(1, value));
  const y = height / 2;
  const root = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, class: "chart", "aria-hidden": "true" });
  root.append(svg("line", { x1: x(0), x2: x(1), y1: y, y2: y, stroke: token("rule"), "stroke-width": 1.5 }));
  for (const tick of [0, 0.25, 0.5, 0.75, 1]) root.append(svg("line", { x1: x(tick), x2: x(tick), y1: y - 4, y2: y + 4, stroke: token("rule") }));
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

function modelWords(prediction, brief = false) {
  if (!prediction) return "…";
  if (brief && Number.isFinite(prediction.middle)) return percent(prediction.middle);
  if (Number.isFinite(prediction.low)) return `${percent(prediction.middle)} (${Math.round(100 * prediction.low)}–${Math.round(100 * prediction.high)})`;
  return percent(prediction.run);
}

// A card: what the source reports and what the model would have shown, option by option.
export function recordCard(world, index, histories, { width = 200 } = {}) {
  const each = world.documented[index];
  const rows = each.labels.map((label, i) => {
    const cells = [html("th", { scope: "row" }, label), html("td", { class: "number strong" }, percent(each.shares[i], each.shares[i] < 0.1 ? 1 : 0))];
    for (const { history } of histories) {
      const prediction = predictionOf(world, history, index)?.[i] ?? null;
      const hit = prediction ? isHit(each.shares[i], prediction) : null;
      cells.push(html("td", { class: `number ${hit === false ? "miss" : ""}` }, modelWords(prediction, histories.length > 1)));
    }
    cells.push(html("td", { class: "strip" }, strip(width, each.shares[i], predictionOf(world, histories[0].history, index)?.[i] ?? null)));
    return html("tr", {}, cells);
  });
  const head = html("tr", {}, [
    html("td"), html("th", { scope: "col" }, "Record ◆"),
    ...histories.map(({ name }, i) => html("th", { scope: "col" }, histories.length > 1 ? name : `Model ${i === 0 ? "●" : ""}`)), html("td"),
  ]);
  return html("div", { class: "record-card" }, [
    html("h3", {}, each.body),
    html("p", { class: "dates" }, bothCalendars(each.first, each.last)),
    html("table", {}, [html("thead", {}, head), html("tbody", {}, rows)]),
    html("p", { class: "source" }, `${each.held_out ? "Not used in fitting. " : ""}${each.citation}`),
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
    this.stripWidth = Math.max(120, width - rem(29.5));
    this.rows = this.world.documented.map((each, index) => this.#row(each, index));
    for (const row of this.rows) this.host.append(row.element);
    this.passed = null;
    if (focused !== null) this.host.querySelector(`[data-index="${focused}"]`)?.focus();
    this.tick(this.day);
  }

  #row(each, index) {
    const cells = {
      date: html("span", { class: "when" }, bothCalendars(each.first, each.last).split(" (")[0]),
      name: html("span", { class: "what" }, [each.body, html("small", {}, each.labels[each.headline])]),
      strip: html("span", { class: "strip" }),
      numbers: html("span", { class: "numbers" }),
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
      const prediction = predictionOf(this.world, this.history, index)?.[each.headline] ?? null;
      const share = each.shares[each.headline];
      const hit = known && prediction ? isHit(share, prediction) : null;
      element.classList.toggle("to-come", !known);
      element.classList.toggle("miss", hit === false);
      clear(cells.strip);
      cells.strip.append(strip(this.stripWidth, known ? share : null, known ? prediction : null));
      cells.numbers.textContent = known ? `${percent(share, share < 0.1 ? 1 : 0)}  ·  ${modelWords(prediction)}` : "not yet";
      const verdict = hit === null ? "" : hit ? "Within the interval." : "Outside the interval.";
      element.setAttribute("aria-label", `${each.body}, ${each.labels[each.headline]}: ${known ? `record ${percent(share)}, model ${modelWords(prediction)}. ${verdict}` : "not yet"}`);
    }
  }

  // How many of the shares known by now lie within the model's interval.
  score(day) {
    let [n, hits] = [0, 0];
    this.world.documented.forEach((each, index) => {
      const prediction = predictionOf(this.world, this.history, index);
      if (each.last > day || !prediction) return;
      const hit = isHit(each.shares[each.headline], prediction[each.headline]);
      if (hit === null) return;
      n += 1;
      hits += hit ? 1 : 0;
    });
    return { n, hits };
  }
}

export function scoreText(score) {
  if (!score.n) return "The interval comes with the twenty runs behind it.";
  return `${score.hits} of ${score.n} documented shares so far lie within the model's interval.`;
}

