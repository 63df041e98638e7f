import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hecEnvelope } from '../../../transports/hec/envelope.ts';
import { rawEnvelope, rawRequest } from '../../../transports/hec/raw.ts';
import type { HecEvent } from '../../fakes/hec-events.ts';
import { blockOf, idOf, makeRig, ORIGIN, type Rig, settings, TOKEN } from './rig.ts';

const origins = {
  trail: ORIGIN,
  flow: { ...ORIGIN, logType: 'vpc-flow', sourcetype: 'aws:flow', source: 's3://b/ä&?.gz' },
};

/** Lines of a lane, `from` on. */
function lines(rig: Rig, lane: keyof typeof origins, count: number, from = 0): string[] {
  const bound = rig.transport.envelope.bind(origins[lane], 'text');
  return Array.from({ length: count }, (_, i) => bound.frame(`${lane} ${from + i}`, 0, 0, idOf(i)));
}

const posts = ({ stub }: Rig) => stub.requests.filter(({ url }) => url.pathname.endsWith('/raw'));
const texts = ({ stub }: Rig) => stub.events.map(({ event }: HecEvent) => event);

describe.each([true, false])('the endpoint of lines, with ack: %s', (ack) => {
  const rig = (changes = {}, options = {}) => makeRig({ ack, endpoint: 'raw', index: 'aws', ...changes }, options);

  test('gets the texts as they are, and metadata in the query', async () => {
    await using own = await rig();
    expect(await own.deliver(lines(own, 'flow', 3))).toEqual([]);
    const [post, ...others] = posts(own);
    expect(others).toEqual([]);
    expect(post?.body.toString()).toBe('flow 0\nflow 1\nflow 2\n');
    expect(Object.fromEntries(post?.url.searchParams ?? [])).toEqual({
      ...{ host: 'agent-1', source: 's3://b/ä&?.gz', sourcetype: 'aws:flow', index: 'aws' },
    });
    expect(post?.headers['content-type']).toContain('text/plain');
    expect(post?.headers['x-splunk-request-channel']).toMatch(/^[0-9a-f-]{36}$/);
    expect(own.transport.assurance).toBe(ack ? 'indexed' : 'accepted');
  });

  test('gets one request for what stands together, in order', async () => {
    await using own = await rig();
    const frames = [lines(own, 'trail', 5), lines(own, 'flow', 4), lines(own, 'trail', 3, 5)].flat();
    expect(await own.deliver(frames)).toEqual([]);
    expect(posts(own).map(({ url }) => url.searchParams.get('sourcetype'))).toEqual([
      'aws:cloudtrail',
      'aws:flow',
      'aws:cloudtrail',
    ]);
    expect(texts(own)).toEqual([
      ...Array.from({ length: 5 }, (_, n) => `trail ${n}`),
      ...Array.from({ length: 4 }, (_, n) => `flow ${n}`),
      ...Array.from({ length: 3 }, (_, n) => `trail ${n + 5}`),
    ]);
  });

  test('is blocked by a wrong index, and heals', async () => {
    await using own = await rig({}, { tokens: [{ token: TOKEN, ack, indexes: ['other'] }] });
    expect(await own.send(lines(own, 'trail', 20))).toMatchObject({ code: 'TF-HEC-07', fault: { kind: 'blocked' } });
    own.stub.token({ token: TOKEN, ack });
    expect(await own.send(lines(own, 'trail', 20))).toBeUndefined();
    expect(new Set(texts(own)).size).toBe(20);
  });

  test('takes gzip, and what is too large in parts', async () => {
    await using own = await rig({ gzip_level: 1 }, { maxContentBytes: 100 });
    expect(await own.deliver(lines(own, 'trail', 40))).toEqual([]);
    expect(new Set(texts(own)).size).toBe(40);
  });

  test('takes no more events at a time than it may', async () => {
    await using own = await rig({ max_events_per_request: 3 });
    expect(await own.deliver(lines(own, 'trail', 8))).toEqual([]);
    expect(posts(own).map(({ body }) => body.toString().split('\n').length - 1)).toEqual([3, 3, 2]);
  });
});

test('a line stays one line', () => {
  const bound = rawEnvelope(settings(), 'h').bind(ORIGIN, 'json');
  const { body } = rawRequest(Buffer.from(bound.frame('{\r\n "a": "b\\n"\n}', 0, 0, idOf(1)), 'latin1'));
  expect(body.toString()).toBe('{  "a": "b\\n" }\n');
});

test('any texts come out as they went in', () => {
  const text = fc.string({ unit: 'grapheme' }).map((one) => one.replace(/[\r\n]/g, ''));
  void fc.assert(
    fc.property(fc.array(text, { minLength: 1 }), (all) => {
      const bound = rawEnvelope(settings(), 'h').bind(origins.flow, 'text');
      const frames = all.map((one) => bound.frame(Buffer.from(one).toString('latin1'), 0, 0, idOf(1)));
      const { data, ends, count } = blockOf(frames);
      const { body } = rawRequest(data.subarray(0, ends[count - 1]));
      expect(body.toString()).toBe(all.map((one) => `${one}\n`).join(''));
    }),
  );
});

test('the room leaves space for the query', () => {
  const { room } = rawEnvelope(settings({ max_content_bytes: 5000 }), 'h').bind(ORIGIN, 'text');
  expect(room).toBeLessThan(5000);
  expect(room).toBeGreaterThan(hecEnvelope(settings({ max_content_bytes: 5000 }), 'h').bind(ORIGIN, 'json').room);
});
