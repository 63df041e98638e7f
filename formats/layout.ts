/** How records are laid out, and how a path of a mapping reads them. One file a layout. */
export { type ColumnOptions, columns } from './layout/columns.ts';
export { json } from './layout/json.ts';
export type { Layout, OpenLayout } from './layout/layout.ts';
export { splitQuoted, splitSpaces } from './layout/split.ts';
