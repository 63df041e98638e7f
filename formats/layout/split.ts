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
