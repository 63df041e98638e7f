/** How a field's value is written, beyond its text. */
export type ValueKind = 'text' | 'address' | 'number' | 'time' | 'direction' | 'protocol' | 'flag' | 'url' | 'json';
