/** Days and times of day by hand: most records say the day of the one before them, and `Date.parse` costs as much as all else. */

let cachedDay = '';
let cachedDayStart = Number.NaN;

/** Epoch milliseconds of `YYYY-MM-DD`; NaN for what is no day. */
export function dayStart(day: string): number {
  if (day !== cachedDay) {
    cachedDayStart = Date.parse(`${day}T00:00:00Z`);
    cachedDay = day;
  }
  return cachedDayStart;
}

/** Milliseconds of `HH:MM:SS`, wherever it stands in a text; NaN for what is no time of day. A leap second is the first of the next minute. */
export function timeOfDay(text: string, at: number): number {
  const hours = twoDigits(text, at);
  const minutes = twoDigits(text, at + 3);
  const seconds = twoDigits(text, at + 6);
  return hours < 24 && minutes < 60 && seconds <= 60 ? (hours * 3600 + minutes * 60 + seconds) * 1000 : Number.NaN;
}

/** Milliseconds that a zone of `+HHMM`, `+HH:MM` is ahead of UTC; NaN for any other. */
export function zoneOffset(zone: string): number {
  const sign = zone.startsWith('-') ? -1 : 1;
  const hours = twoDigits(zone, 1);
  const minutes = twoDigits(zone, zone.length - 2);
  return hours < 24 && minutes < 60 ? sign * (hours * 60 + minutes) * 60_000 : Number.NaN;
}

/** A number of two digits, or NaN. */
export function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN;
}
