// Days count from 1 March 1917 Old Style; New Style is thirteen days later.

const FIRST = Date.UTC(1917, 2, 1);
const DAY_MS = 86400000;
const MONTHS = [
  "January", "February", "March", "April", "May", "June", "July", "August", "September",
  "October", "November", "December",
];
export const NEW_STYLE_DAYS = 13;

export function dateOf(day, shift = 0) {
  const date = new Date(FIRST + (Math.floor(day) + shift) * DAY_MS);
  return { d: date.getUTCDate(), m: date.getUTCMonth(), y: date.getUTCFullYear() };
}

export function longDate(day, shift = 0) {
  const { d, m } = dateOf(day, shift);
  return `${d} ${MONTHS[m]}`;
}

export function shortDate(day, shift = 0) {
  const { d, m } = dateOf(day, shift);
  return `${d} ${MONTHS[m].slice(0, 3)}`;
}

export function span(first, last, shift = 0) {
  if (first === last) return longDate(first, shift);
  const a = dateOf(first, shift);
  const b = dateOf(last, shift);
  if (a.m === b.m) return `${a.d}–${b.d} ${MONTHS[a.m]}`;
  return `${longDate(first, shift)} – ${longDate(last, shift)}`;
}

export function bothCalendars(first, last = first) {
  return `${span(first, last)} (${span(first, last, NEW_STYLE_DAYS)} New Style)`;
}

export function monthStarts(nDays) {
  const found = [];
  for (let day = 0; day < nDays; day += 1) {
    const { d, m } = dateOf(day);
    if (d === 1) found.push({ day, name: MONTHS[m], short: MONTHS[m].slice(0, 3) });
  }
  return found;
}
