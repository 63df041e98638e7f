import { readFileSync } from 'node:fs';
import type { Config } from './config.ts';
import { configSection } from './config-schema.ts';
import { type Registries, registries } from './registries.ts';
import { ConfigError, type Report } from './report.ts';
import { applyRules } from './rules.ts';
import type { Section, Values } from './schema.ts';
import { shape, transportSettings } from './shape.ts';
import { walkWhole } from './walk.ts';
import { parseYaml } from './yaml.ts';

/** Where the package puts the configuration. */
export const CONFIG_FILE = '/etc/trailferry/trailferry.yaml';

/** A usable configuration, and the report in which its warnings are, and in which more faults can be placed. */
export interface Loaded {
  readonly config: Config;
  readonly report: Report;
}

/**
 * Reads and checks a configuration file. Nothing else is looked at: not the environment, and none of the files it names.
 * @throws {ConfigError} with every fault of the file
 */
export function loadConfig(file: string, known: Registries = registries): Loaded {
  return readConfig(readText(file), file, known);
}

/** The same for a text; `file` is the name by which faults call it. @throws {ConfigError} */
export function readConfig(text: string, file: string, known: Registries = registries): Loaded {
  const { root, report } = parseYaml(text, file);
  const section = configSection(known);
  const shared = section.destinations.shared;
  if (root === undefined) throw new ConfigError(report.faults);
  const values = walkWhole(section, { node: root, path: '', report });
  checkTransports(values, shared, known, report);
  applyRules(values, report, known);
  if (report.faults.length > 0) throw new ConfigError(report.faults);
  return { config: shape(values, shared), report };
}

/** Asks each transport whether its settings fit together, where each of them is good by itself. */
function checkTransports(values: Values, shared: Section, { transports }: Registries, report: Report): void {
  const destinations = (values['destinations'] ?? []) as readonly Values[];
  for (const [index, flat] of destinations.entries()) {
    const path = `destinations[${index}]`;
    const transport = transports.find(({ type }) => type === flat['type']);
    if (transport === undefined || !report.isClean(path)) continue;
    const settings = transportSettings(flat, shared) as never;
    const faults = transport.check(settings);
    for (const [setting, message] of faults) report.fault(`${path}.${setting}`, message);
    for (const [setting, message] of transport.warn?.(settings) ?? []) report.warn(`${path}.${setting}`, message);
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const message = `cannot be read (${cause instanceof Error ? cause.message : cause}); --config names another file`;
    throw new ConfigError([{ file, line: 1, column: 1, path: '', message }], cause);
  }
}
