/** Cells parted by one space. */
export function splitSpaces(line: string, cells: string[]): number {
  let count = 0;
  let from = 0;
  for (let to = line.indexOf(' '); to >= 0; to = line.indexOf(' ', from)) {
    cells[count++] = line.substring(from, to);
    from = to + 1;
  }
  cells[count++] = line.substring(from);
  return count;
}

/**
 * Cells parted by a space; `"..."` ends at a quote that a space or the line's end follows, if what comes then can be a
 * cell: user agents hold quotes. `[...]` is a cell when its bracket ends one: an IPv6 address with a port is not.
 */
export function splitQuoted(line: string, cells: string[]): number {
  let count = 0;
  let at = 0;
  while (at < line.length) {
    const opens = line.charCodeAt(at);
    const quoted = opens === 0x22 || (opens === 0x5b && endsCell(line, line.indexOf(']', at)));
    const from = quoted ? at + 1 : at;
    const end = quoted ? closingMark(line, from, opens === 0x22 ? '"' : ']') : line.indexOf(' ', from);
    const to = end < 0 ? line.length : end;
    cells[count++] = line.substring(from, to);
    at = quoted ? to + 2 : to + 1;
  }
  return count;
}

function endsCell(line: string, mark: number): boolean {
  return mark >= 0 && (mark + 1 === line.length || line.charCodeAt(mark + 1) === 0x20);
}

function closingMark(line: string, from: number, mark: string): number {
  let at = line.indexOf(mark, from);
  while (at >= 0 && !(endsCell(line, at) && startsCell(line, at + 2))) at = line.indexOf(mark, at + 1);
  return at;
}

/** Whether the text up to the next space is a cell: a quote stands at its start or nowhere. */
function startsCell(line: string, start: number): boolean {
  const quote = line.indexOf('"', start);
  if (quote <= start) return true;
  const space = line.indexOf(' ', start);
  return space >= 0 && space < quote;
}

/** Cells parted by one tab. */
export function splitTabs(line: string, cells: string[]): number {
  return splitBy(line, '\t', cells);
}

/** Cells parted by a pipe, without the blanks that pad them. */
export function splitPipes(line: string, cells: string[]): number {
  const count = splitBy(line, '|', cells);
  for (let index = 0; index < count; index += 1) cells[index] = trimBlanks(cells[index] ?? '');
  return count;
}

function splitBy(line: string, mark: string, cells: string[]): number {
  let count = 0;
  let from = 0;
  for (let to = line.indexOf(mark); to >= 0; to = line.indexOf(mark, from)) {
    cells[count++] = line.substring(from, to);
    from = to + 1;
  }
  cells[count++] = line.substring(from);
  return count;
}

/** Not `trim`: that takes 0xA0 for a blank, which ends many a character in UTF-8. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) <= 0x20) start += 1;
  while (end > start && text.charCodeAt(end - 1) <= 0x20) end -= 1;
  return start === 0 && end === text.length ? text : text.substring(start, end);
}

/**
 * Cells parted by a comma; `"..."` and `'...'` may hold commas, and end at their mark where a comma or the line's end
 * follows. Inside, a mark is doubled or has a backslash before it: a doubled one is undone, a backslash stays, since
 * writers differ in what it means.
 */
export function splitCommas(line: string, cells: string[]): number {
  let count = 0;
  let at = 0;
  // Where one quote is not closed, none behind it is; looking for each would take forever.
  let open = '';
  while (at <= line.length) {
    const mark = line.charAt(at);
    const quoted = (mark === '"' || mark === "'") && !open.includes(mark);
    const close = quoted ? closingQuote(line, at + 1, mark) : -1;
    if (close >= 0) {
      const text = line.substring(at + 1, close);
      cells[count++] = text.includes(mark + mark) ? text.replaceAll(mark + mark, mark) : text;
      at = close + 2;
      continue;
    }
    if (quoted) open += mark;
    const comma = line.indexOf(',', at);
    const end = comma < 0 ? line.length : comma;
    cells[count++] = line.substring(at, end);
    at = end + 1;
  }
  return count;
}

/** Of a run of quotes, pairs stand for one each; the last of an odd run closes, where a comma or the end follows. */
function closingQuote(line: string, from: number, mark: string): number {
  let at = line.indexOf(mark, from);
  while (at >= 0) {
    const start = isEscaped(line, at, from) ? at + 1 : at;
    let after = at + 1;
    while (line.charAt(after) === mark) after += 1;
    if ((after - start) % 2 === 1 && (after === line.length || line.charAt(after) === ',')) return after - 1;
    at = line.indexOf(mark, after);
  }
  return -1;
}

function isEscaped(line: string, at: number, least: number): boolean {
  let before = at;
  while (before > least && line.charCodeAt(before - 1) === 0x5c) before -= 1;
  return (at - before) % 2 === 1;
}
