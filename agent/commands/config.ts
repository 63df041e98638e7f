import { exampleConfig } from '../../config/example.ts';
import { jsonSchema } from '../../config/json-schema.ts';
import { type Command, EXIT, UsageError } from '../command.ts';

const PRINTS: ReadonlyMap<string, () => string> = new Map([
  ['example', exampleConfig],
  ['schema', () => `${JSON.stringify(jsonSchema(), null, 2)}\n`],
]);

/** Prints a commented example of the configuration, or its JSON Schema for editors. */
export const config: Command = {
  name: 'config',
  summary: 'Print an example of the configuration, or its JSON Schema',
  usage: 'example|schema',
  options: {},
  async run({ positionals }, io) {
    const [what = '', ...more] = positionals;
    const print = PRINTS.get(what);
    if (print === undefined || more.length > 0) throw new UsageError('config takes one of: example, schema');
    io.out(print());
    return EXIT.fine;
  },
};
