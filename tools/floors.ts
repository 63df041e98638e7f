/**
 * Holds the floors of the house (ARCHITECTURE.md): imports point one way, and there are no circles. Type-only imports
 * count: what a contract names, it depends on. Exits 1 and names each import that points up.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

interface Import {
  readonly from: string;
  readonly to: string;
}

interface Rule {
  readonly name: string;
  readonly from: RegExp;
  readonly to: RegExp;
}

const RULES: readonly Rule[] = [
  { name: 'formats stand alone', from: /^formats\//, to: /^(transports|config|agent)\// },
  { name: 'transports stand alone', from: /^transports\//, to: /^(formats|config|agent)\// },
  { name: 'config knows not the agent', from: /^config\//, to: /^agent\// },
  { name: 'formats do no IO', from: /^formats\//, to: /^node:(?!zlib$|buffer$|crypto$)/ },
  { name: 'AWS in one place', from: /^(?!agent\/aws\/)/, to: /^@aws-sdk|^@smithy/ },
  { name: 'aws knows neither delivery nor health', from: /^agent\/aws\//, to: /^agent\/(delivery|health)\// },
  { name: 'delivery knows not aws', from: /^agent\/delivery\//, to: /^agent\/(aws|health)\// },
  {
    name: 'the rooms know not the roof',
    from: /^agent\/(aws|delivery|health)\//,
    to: /^agent\/(?:[^/]+\.ts$|commands\/)/,
  },
  {
    name: 'no test code in the product',
    from: /^(formats|transports|config|agent)\//,
    to: /^(test|bench|demo|tools)\//,
  },
];

const FLOORS = ['formats', 'transports', 'config', 'agent'] as const;
/** Every import and re-export statement; sources have no dynamic ones, which `no-dynamic` below holds. */
const STATEMENT = /^(?:import|export)\b[^'";]*?from\s+'([^']+)'|^import\s+'([^']+)'/gm;

function sources(): string[] {
  return FLOORS.flatMap((floor) =>
    readdirSync(floor, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${floor}/${file}`),
  );
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(STATEMENT)].map((match) => {
    const target = match[1] ?? match[2] ?? '';
    return { from: file, to: target.startsWith('.') ? normalize(join(dirname(file), target)) : target };
  });
}

/** One circle, as the files that make it; undefined when there is none. */
function circle(imports: ReadonlyMap<string, readonly Import[]>): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, trail: readonly string[]): string[] | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const { to } of imports.get(file) ?? []) {
      const found = visit(to, [...trail, file]);
      if (found !== undefined) return found;
    }
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const found = visit(file, []);
    if (found !== undefined) return found;
  }
  return undefined;
}

const files = sources();
const imports = new Map(files.map((file) => [file, importsOf(file)]));
const all = [...imports.values()].flat();
const wrong = RULES.flatMap((rule) =>
  all
    .filter(({ from, to }) => rule.from.test(from) && rule.to.test(to))
    .map(({ from, to }) => `${rule.name}: ${from} imports ${to}`),
);
const round = circle(imports);
if (round !== undefined) wrong.push(`no circles: ${round.join(' -> ')}`);
for (const file of files) {
  if (/\bimport\(/.test(readFileSync(file, 'utf8'))) wrong.push(`no dynamic imports: ${file}`);
  if (file !== 'agent/cli.ts' && /\bprocess\.exit\(/.test(readFileSync(file, 'utf8')))
    wrong.push(`only the CLI exits: ${file}`);
}
for (const line of wrong) console.error(line);
if (all.length < files.length)
  throw new Error(`only ${all.length} imports were found in ${files.length} files: the checker is blind`);
console.log(`${files.length} files, ${all.length} imports, ${wrong.length} that point the wrong way`);
process.exit(wrong.length === 0 ? 0 : 1);
