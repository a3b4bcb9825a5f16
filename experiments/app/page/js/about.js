// Glossary, limits and keys: dialogs of plain text.

import { clear, html, leftToRight, svg } from "./draw.js";

const KEYS = [
  ["Space", "play or pause"], ["← →", "one day"], ["Shift ← →", "one week"], ["Home, End", "first, last day"],
  ["1 – 5", "views"], ["C", "compare"], ["G", "guess first"], ["?", "glossary"], ["Esc", "close"],
];

function dialog(id, title, content) {
  const element = document.getElementById(id);
  clear(element);
  element.append(
    html("div", { class: "dialog-head" }, [html("h2", { id: `${id}-title` }, title), html("button", { class: "close", "aria-label": "Close", onclick: () => element.close() }, "Close")]),
    html("div", { class: "dialog-body", tabindex: 0 }, content),
  );
  element.addEventListener("click", (event) => {
    if (event.target === element) element.close();
  });
}

export function buildAbout(world) {
  const party = (each) => [
    html("dt", {}, [svg("svg", { viewBox: "0 0 10 10", class: "swatch", "aria-hidden": "true" }, svg("rect", { width: 10, height: 10, fill: each.colour })), each.title]),
    html("dd", {}, each.about),
  ];
  const kinds = Object.entries(world.body_kinds).flatMap(([kind, about]) => {
    const titles = world.bodies.filter((each) => each.kind === kind && !each.id.includes("/")).map((each) => each.title);
    return titles.length ? [html("dt", {}, KIND_NAMES[kind] || kind), html("dd", {}, `${about} Here: ${titles.join("; ")}.`)] : [];
  });
  dialog("glossary", "Glossary", [
    html("h3", {}, "Words"), html("dl", {}, world.words.flatMap(({ word, text }) => [html("dt", {}, word), html("dd", {}, text)])),
    html("h3", {}, "Parties and tendencies"), html("dl", {}, leftToRight(world.parties).flatMap(party)),
    html("h3", {}, "Bodies"), html("dl", {}, kinds),
    html("h3", {}, "Keys"), html("dl", { class: "keys" }, KEYS.flatMap(([key, what]) => [html("dt", {}, key), html("dd", {}, what)])),
  ]);
  dialog("limits", "What this model cannot say", [html("ol", { class: "limits" }, world.limits.map((limit) => html("li", {}, limit)))]);
}

export const KIND_NAMES = {
  unit_committee: "Committees of factories and units", soviet: "Soviets", executive: "Executives of soviets", union: "Trade unions",
  army_committee: "Army committees", conference: "Conferences", congress: "Congresses",
};
