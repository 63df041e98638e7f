/**
 * Whether a pattern of the configuration matches a text: exact, or with `*` for any run of characters. Each part between
 * stars is taken at its first place behind the one before: one pass, no backtracking.
 */
export function matches(pattern: string, text: string): boolean {
  const [head = '', ...rest] = pattern.split('*');
  const tail = rest.pop();
  if (tail === undefined) return pattern === text;
  if (!text.startsWith(head) || !text.endsWith(tail)) return false;
  let from = head.length;
  for (const part of rest) {
    const found = text.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return from + tail.length <= text.length;
}
