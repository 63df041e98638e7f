import { describe, expect, it } from 'vitest';
import { parseLeef } from '../leef-parser.ts';
import { expectedFile, NO_SAMPLES, sample, samplesDir, samplesIn } from '../samples.ts';
import { convertBytes } from './convert.ts';
import { plainText, textLines } from './source-records.ts';

type Facts = Readonly<Record<string, string | undefined>>;

const ms = (time: string): string => String(Date.parse(/Z$/.test(time) ? time : `${time}Z`));
const port = (end: string): string | undefined => /:(\d+)$/.exec(end)?.[1];
const said = (cell: string | undefined): string | undefined => (cell === '-' || cell === '' ? undefined : cell);

/** Facts of a line, read by its places: an independent reading. */
const READINGS: Readonly<Record<string, { readonly type: string; facts(cells: readonly string[]): Facts }>> = {
  nlb: {
    type: 'nlb',
    facts: ([type, version, time = '', elb, listener, client = '', , spent, , received, sent]) => ({
      appProtocol: type,
      version,
      devTime: ms(time),
      loadBalancer: elb,
      listener,
      srcPort: port(client),
      connectionTime: spent,
      srcBytes: received,
      dstBytes: sent,
    }),
  },
  clb: {
    type: 'clb',
    facts: ([time = '', elb, client = '', backend = '', , , , status, , received, sent]) => ({
      devTime: ms(time),
      loadBalancer: elb,
      srcPort: port(client),
      dstPort: port(backend),
      httpStatus: said(status),
      srcBytes: received,
      dstBytes: sent,
    }),
  },
  'route53-public-query': {
    type: 'route53-public-query',
    facts: ([version, time = '', zone, name, type, rcode, protocol, , address]) => ({
      version,
      devTime: ms(time),
      hostedZone: zone,
      dnsDomain: name,
      dnsType: type,
      dnsRcode: rcode,
      proto: protocol,
      src: address,
    }),
  },
  'cloudfront-standard': {
    type: 'cloudfront',
    facts: ([date, time, edge, out, address, method, host, , status]) => ({
      devTime: ms(`${date}T${time}`),
      edgeLocation: edge,
      dstBytes: out,
      src: address,
      method,
      dstHost: host,
      httpStatus: status,
    }),
  },
  'tgw-flow': {
    type: 'tgw-flow',
    facts: (cells) => ({ version: cells[0], awsAccountId: cells[1], transitGateway: cells[2], src: cells[13] }),
  },
};

const lines = Object.keys(READINGS).flatMap((folder) => samplesIn(folder).map((path) => [folder, path] as const));
const lake = samplesIn('security-lake').filter((path) => path.endsWith('.parquet') && !path.includes('/inputs/'));

/** A member of an OCSF row by its path. */
const at = (row: unknown, ...path: string[]): string | undefined => {
  const found = path.reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], row);
  return found === undefined || found === null ? undefined : String(found);
};

describe('real log objects of columns', () => {
  if (samplesDir() === undefined) it(`NOT RUN: ${NO_SAMPLES}`, (context) => context.skip(NO_SAMPLES));

  it.each(lines)('of %s: %s, every line', async (folder, path) => {
    const { type, facts } = READINGS[folder] as (typeof READINGS)[string];
    const wanted = textLines(plainText(sample(path))).filter((line) => !/^(?:#|version )/.test(line));
    const conversion = await convertBytes([sample(path)]);
    expect(conversion.name).toBe(type);
    expect(conversion.outputs.leef.refused).toEqual([]);
    expect(conversion.outputs.raw.frames.map(({ text }) => text)).toEqual(wanted);
    for (const [ordinal, line] of wanted.entries()) {
      const { attributes, header } = parseLeef(conversion.outputs.leef.frames[ordinal]?.text ?? '');
      for (const [key, value] of Object.entries(facts(line.split(/[\t ]/)))) {
        expect(key === 'version' ? header.productVersion : attributes.get(key), `${key} of ${line}`).toBe(value);
      }
    }
  });
});

describe('real objects of Security Lake', () => {
  if (samplesDir() === undefined) it(`NOT RUN: ${NO_SAMPLES}`, (context) => context.skip(NO_SAMPLES));

  it.each(lake)('%s: every row an OCSF event', async (path) => {
    const rows = expectedFile(`parquet-as-json/${path}.jsonl`).trimEnd().split('\n');
    const conversion = await convertBytes([sample(path)]);
    expect(conversion.name).toBe('ocsf');
    expect(conversion.records).toBe(rows.length);
    for (const [ordinal, text] of rows.entries()) {
      const row = JSON.parse(text) as unknown;
      const { attributes, header } = parseLeef(conversion.outputs.leef.frames[ordinal]?.text ?? '');
      expect(header.eventId).toBe(at(row, 'type_uid'));
      expect(header.productVersion).toBe(at(row, 'metadata', 'version'));
      expect(attributes.get('cat')).toBe(at(row, 'class_name'));
      expect(attributes.get('devTime')).toBe(at(row, 'time')?.slice(0, 13));
      expect(attributes.get('eventSource')).toBe(at(row, 'api', 'service', 'name'));
      expect(attributes.get('src') ?? attributes.get('srcHost')).toBe(
        said(at(row, 'src_endpoint', 'ip')) ?? at(row, 'src_endpoint', 'domain'),
      );
      expect(attributes.get('dstPort')).toBe(at(row, 'dst_endpoint', 'port'));
    }
  });
});
