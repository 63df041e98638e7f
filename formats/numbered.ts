/** A pattern whose groups are read by their numbers, and the names they had, in their order. */
export interface Numbered {
  readonly pattern: RegExp;
  readonly names: readonly string[];
}

/**
 * Takes the names off the groups of a pattern: an object of their names for each match costs more than the search.
 * @throws when not every group has a name of its own: a fault of the program, found at start
 */
export function numbered({ source, flags }: RegExp): Numbered {
  const names = Object.keys(new RegExp(`${source}|`, flags).exec('')?.groups ?? {});
  const pattern = new RegExp(source.replace(/(?<!\\)\(\?<(?![=!])[^>]+>/g, '('), flags);
  const groups = new RegExp(`${pattern.source}|`, flags).exec('');
  if (groups?.length !== names.length + 1 || groups.groups !== undefined)
    throw new Error(`a group of ${source} has no name, or that of another`);
  return { pattern, names };
}
