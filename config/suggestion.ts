/** ` (did you mean "port"?)`, or nothing when no word of the list is near to what was written. */
export function didYouMean(written: string, words: Iterable<string>): string {
  let nearest = '';
  let least = 2 + Math.floor(written.length / 4);
  for (const word of words) {
    // A word that much longer or shorter cannot be near; what was written may be of any length.
    if (Math.abs(word.length - written.length) >= least) continue;
    const steps = distance(written.toLowerCase(), word.toLowerCase());
    if (steps < least) [nearest, least] = [word, steps];
  }
  return nearest === '' ? '' : ` (did you mean "${nearest}"?)`;
}

/**
 * Edits from `a` to `b`: a letter put in, left out or changed, or two neighbours swapped (optimal string alignment,
 * https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance). Swaps are the commonest typing mistake.
 */
export function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const edits = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const changed = edits(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? edits(i - 2, j - 2) + 1 : changed;
      row.push(Math.min(edits(i - 1, j) + 1, edits(i, j - 1) + 1, changed, swapped));
    }
  }
  return edits(a.length, b.length);
}
