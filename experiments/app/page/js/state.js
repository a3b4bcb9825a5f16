// What the person has chosen, and the link that restores it.

export const VIEWS = ["story", "places", "bodies", "votes", "people"];

export const state = {
  view: "story",
  day: 0,
  place: "petrograd_workers",
  body: "petrograd_soviet",
  party: "BO",
  style: "areas", // or lines
  scenarios: [],
  parameters: {},
  base: { scenarios: [], parameters: {} },
  seed: 1917,
  compare: true,
  shown: "b", // which of two histories a view shows that has room for one
  whole: false, // whether what is still to come is drawn
  guess: false,
  theme: "",
  unit: null,
  person: null,
};

const listeners = [];

export function onChange(listener) {
  listeners.push(listener);
}

// Change the state; listeners learn which keys changed.
export function change(update) {
  const changed = new Set();
  for (const [key, value] of Object.entries(update)) {
    if (JSON.stringify(state[key]) !== JSON.stringify(value)) {
      state[key] = value;
      changed.add(key);
    }
  }
  if (changed.size) for (const listener of listeners) listener(changed);
}

export function historyOf(slot) {
  const chosen = slot === "a" ? state.base : state;
  return {
    scenarios: [...chosen.scenarios].sort(),
    parameters: Object.fromEntries(Object.entries(chosen.parameters).sort()),
    seed: state.seed,
  };
}

export function keyOf(history) {
  return JSON.stringify(history);
}

export function isChanged() {
  return keyOf(historyOf("a")) !== keyOf(historyOf("b"));
}

export function isComparing() {
  return state.compare && isChanged();
}

// The history shown where there is room for one.
export function shownSlot() {
  return isChanged() ? state.shown : "b";
}

function encodeParameters(parameters) {
  return Object.entries(parameters).map(([name, value]) => `${name}:${+value.toPrecision(6)}`).join(",");
}

export function toHash() {
  const parts = new URLSearchParams();
  parts.set("view", state.view);
  parts.set("day", String(Math.floor(state.day)));
  parts.set("place", state.place);
  parts.set("body", state.body);
  if (state.party !== "BO") parts.set("party", state.party);
  if (state.style !== "areas") parts.set("style", state.style);
  if (state.scenarios.length) parts.set("scenarios", state.scenarios.join(","));
  if (Object.keys(state.parameters).length) parts.set("parameters", encodeParameters(state.parameters));
  if (state.base.scenarios.length) parts.set("base", state.base.scenarios.join(","));
  if (Object.keys(state.base.parameters).length) parts.set("base_parameters", encodeParameters(state.base.parameters));
  if (state.seed !== 1917) parts.set("seed", String(state.seed));
  if (state.shown !== "b") parts.set("shown", state.shown);
  if (!state.compare) parts.set("compare", "0");
  if (state.whole) parts.set("whole", "1");
  if (state.guess) parts.set("guess", "1");
  if (state.unit !== null) parts.set("unit", String(state.unit));
  if (state.person !== null) parts.set("person", String(state.person));
  if (state.theme) parts.set("theme", state.theme);
  return `#${parts.toString().replaceAll("%2C", ",").replaceAll("%3A", ":")}`;
}

// Read a link; whatever it says that the world does not have is left out.
export function fromHash(hash, world) {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const update = {};
  const oneOf = (key, known) => {
    if (parts.has(key) && known.includes(parts.get(key))) update[key] = parts.get(key);
  };
  const whole = (key, high) => {
    const number = Number(parts.get(key));
    if (parts.has(key) && Number.isInteger(number) && number >= 0 && number <= high) update[key] = number;
  };
  const scenarios = (text) => (text || "").split(",").filter((name) => world.scenarios.some((s) => s.id === name));
  const parameters = (text) => {
    const found = {};
    for (const pair of (text || "").split(",")) {
      const [name, value] = pair.split(":");
      const slider = world.sliders.find((each) => each.id === name);
      const number = Number(value);
      if (slider && value && Number.isFinite(number)) found[name] = Math.min(Math.max(number, slider.low), slider.high);
    }
    return found;
  };
  oneOf("view", VIEWS);
  oneOf("place", world.places.map((each) => each.id));
  oneOf("body", world.bodies.map((each) => each.id));
  oneOf("party", world.parties.map((each) => each.id));
  oneOf("style", ["areas", "lines"]);
  oneOf("shown", ["a", "b"]);
  oneOf("theme", ["light", "dark"]);
  whole("day", world.n_days - 1);
  whole("seed", 2 ** 31 - 1);
  whole("unit", 1e6);
  whole("person", 1e9);
  if (parts.has("scenarios")) update.scenarios = scenarios(parts.get("scenarios"));
  if (parts.has("parameters")) update.parameters = parameters(parts.get("parameters"));
  if (parts.has("base") || parts.has("base_parameters")) {
    update.base = { scenarios: scenarios(parts.get("base")), parameters: parameters(parts.get("base_parameters")) };
  }
  for (const key of ["compare", "whole", "guess"]) if (parts.has(key)) update[key] = parts.get(key) === "1";
  return update;
}
