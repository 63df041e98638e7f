import { describe, expect, it } from 'vitest';
import { kindsOf } from '../../formats/kinds.ts';
import { allLogTypes } from '../../formats/log-types/index.ts';
import { parseLeef } from '../leef-parser.ts';
import { goldenFrames } from './golden-frames.ts';

/** A text of which some parts are `<path>`: what the record holds there. */
function pattern(text: string): RegExp {
  const parts = text.split(/<[^<>]+>/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+?')}$`);
}

const listed = (name: string) =>
  allLogTypes
    .filter((type) => type.name === name)
    .flatMap(kindsOf)
    .map(({ eventId, category, severities }) => ({
      severities,
      fits: (id: string, cat: string) => pattern(eventId).test(id) && pattern(category).test(cat),
    }));

const known = new Map<string, ReturnType<typeof listed>>();

describe('the kinds of events of a log type', () => {
  it.each(goldenFrames('leef'))('%s: each event is one of them, with one of its severities', (_, lines) => {
    for (const line of lines) {
      const { header, attributes } = parseLeef(line);
      const name = allLogTypes.find(({ spec }) => spec.product === header['product'])?.name ?? '';
      const kinds =
        known.get(header['product'] ?? '') ??
        allLogTypes.filter(({ spec }) => spec.product === header['product']).flatMap((type) => listed(type.name));
      known.set(header['product'] ?? '', kinds);
      const fitting = kinds.filter(({ fits }) => fits(header['eventId'] ?? '', attributes.get('cat') ?? ''));
      expect(fitting.length, `${name}: ${header['eventId']} | ${attributes.get('cat')}`).toBeGreaterThan(0);
      const severities = fitting.flatMap((kind) => kind.severities).map(String);
      expect(severities, `${header['eventId']} | ${attributes.get('cat')}`).toContain(attributes.get('sev'));
    }
  });

  it('of a type that names them all are listed without gaps', () => {
    const flows = allLogTypes.find(({ name }) => name === 'vpc-flow');
    expect(flows && kindsOf(flows)).toContainEqual({
      ...{ eventId: 'REJECT', category: 'VPCFlow', label: 'Flow rejected', severities: [3] },
    });
  });
});
