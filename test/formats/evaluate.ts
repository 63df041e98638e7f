import { compile, type Expression } from '../../formats/expression.ts';
import type { LogRecord } from '../../formats/framing/record.ts';

/** An expression's value where its paths read these values. The record itself is not looked at. */
export function evaluate(expression: Expression, values: Readonly<Record<string, unknown>> = {}): unknown {
  return compile(expression, (path) => () => values[path])({} as LogRecord);
}
