/** How records are laid out, and how a path of a mapping reads them. One file a layout. */
export { type ColumnOptions, columnNames, columns } from './layout/columns.ts';
export { json } from './layout/json.ts';
export type { Layout, OpenLayout } from './layout/layout.ts';
export { type PairsOptions, pairs } from './layout/pairs.ts';
export { type Forms, type PatternOptions, pattern } from './layout/pattern.ts';
export { splitCommas, splitPipes, splitQuoted, splitSpaces, splitTabs } from './layout/split.ts';
export { windowsEvents } from './layout/windows-event.ts';
