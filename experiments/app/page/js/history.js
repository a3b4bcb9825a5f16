// One version of 1917 as it arrives from the model, and the intervals around it.

export const MISSING = 65535;
const SCALE = 10000;

export class History {
  constructor(world) {
    this.world = world;
    this.nPlaces = world.places.length;
    this.nParties = world.parties.length;
    this.nChambers = world.chambers.length;
    this.nDays = world.n_days;
    this.held = new Float32Array(this.nDays * this.nPlaces * this.nParties);
    this.shownCounts = new Float32Array(this.nDays * this.nPlaces * this.nParties);
    this.seats = new Float32Array(this.nDays * this.nChambers * this.nParties);
    this.upTo = 0;
    this.events = world.events;
    this.votes = null;
    this.bands = null;
    this.frames = [];
    this.cache = new Map();
  }

  take(header, arrays, buffer) {
    if (buffer) this.frames.push(buffer);
    if (header.type === "begin") this.events = header.events;
    if (header.type === "days") {
      this.held.set(arrays.private.data, header.first * this.nPlaces * this.nParties);
      this.shownCounts.set(arrays.public.data, header.first * this.nPlaces * this.nParties);
      this.seats.set(arrays.seats.data, header.first * this.nChambers * this.nParties);
      this.upTo = header.stop;
      this.cache.clear();
    }
    if (header.type === "end") this.votes = arrays.votes.data;
    if (header.type === "bands") {
      this.bands = { places: arrays.places.data, bodies: arrays.bodies.data, votes: arrays.votes.data, n: header.n };
    }
  }

  get done() {
    return this.votes !== null;
  }

  // Daily shares of a place, as rows of parties; zeros where nobody is.
  place(id, shown = false) {
    const index = this.world.places.findIndex((each) => each.id === id);
    return this.#cached(`place ${id} ${shown}`, () =>
      rowShares(shown ? this.shownCounts : this.held, this.nDays, this.nPlaces, index, this.nParties, this.upTo));
  }

  // Seats of a body by party, summed over its chambers, as rows of parties.
  seatCounts(id) {
    return this.#cached(`seats ${id}`, () => {
      const rows = new Float32Array(this.nDays * this.nParties);
      this.world.chambers.forEach((chamber, h) => {
        if (chamber !== id && !chamber.startsWith(`${id}/`)) return;
        for (let t = 0; t < this.upTo; t += 1) {
          for (let k = 0; k < this.nParties; k += 1) {
            rows[t * this.nParties + k] += this.seats[(t * this.nChambers + h) * this.nParties + k];
          }
        }
      });
      return rows;
    });
  }

  body(id) {
    return this.#cached(`body ${id}`, () => normalised(this.seatCounts(id), this.nParties));
  }

  // What the electors behind a body show, weighted as its seats are.
  electors(id) {
    return this.#cached(`electors ${id}`, () => {
      const { electors } = this.world.bodies.find((each) => each.id === id);
      const rows = new Float32Array(this.nDays * this.nParties);
      for (const [place, weight] of Object.entries(electors)) {
        const shares = this.place(place, true);
        for (let i = 0; i < rows.length; i += 1) rows[i] += weight * shares[i];
      }
      return rows;
    });
  }

  // Interval of a place's or body's shares: [low, middle, high] rows, or null.
  band(kind, id) {
    if (!this.bands) return null;
    return this.#cached(`band ${kind} ${id} ${this.bands.n}`, () =>
      bandRows(this.bands[kind], this.world[kind], id, this.nDays, this.nParties, (code) => code / SCALE));
  }

  #cached(key, make) {
    if (!this.cache.has(key)) this.cache.set(key, make());
    return this.cache.get(key);
  }
}

export function differenceBand(world, arrays, kind, id) {
  const decode = (code) => code / SCALE - 1;
  return bandRows(arrays[kind].data, world[kind], id, world.n_days, world.parties.length, decode);
}

function bandRows(codes, known, id, nDays, nParties, decode) {
  const index = known.findIndex((each) => each.id === id);
  const n = known.length;
  return [0, 1, 2].map((q) => {
    const rows = new Float32Array(nDays * nParties);
    for (let t = 0; t < nDays; t += 1) {
      for (let k = 0; k < nParties; k += 1) {
        const code = codes[((q * nDays + t) * n + index) * nParties + k];
        rows[t * nParties + k] = code === MISSING ? NaN : decode(code);
      }
    }
    return rows;
  });
}

function rowShares(counts, nDays, nPlaces, index, nParties, upTo) {
  const rows = new Float32Array(nDays * nParties);
  for (let t = 0; t < upTo; t += 1) {
    const start = (t * nPlaces + index) * nParties;
    for (let k = 0; k < nParties; k += 1) rows[t * nParties + k] = counts[start + k];
  }
  return normalised(rows, nParties);
}

function normalised(counts, nParties) {
  const rows = new Float32Array(counts.length);
  for (let t = 0; t < counts.length; t += nParties) {
    let total = 0;
    for (let k = 0; k < nParties; k += 1) total += counts[t + k];
    if (total > 0) for (let k = 0; k < nParties; k += 1) rows[t + k] = counts[t + k] / total;
  }
  return rows;
}
