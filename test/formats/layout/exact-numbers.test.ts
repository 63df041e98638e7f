import { expect, it } from 'vitest';
import { parseLeef } from '../../leef-parser.ts';
import { convertBytes } from '../convert.ts';

const RECORD = `{"eventVersion":"1.08","eventTime":"2026-02-03T04:05:06Z","eventName":"X","awsRegion":"eu-west-1",
  "eventID":18446744073709551615,"errorCode":1e400,"errorMessage":0.5,"userIdentity":{"principalId":-9223372036854775808,
  "accessKeyId":12345678901234567890.5,"deep":DEEP}}`.replace(/\n */g, '');

async function attributesOf(deep: string): Promise<ReadonlyMap<string, string>> {
  const { outputs } = await convertBytes([Buffer.from(RECORD.replace('DEEP', deep))], { type: 'cloudtrail' });
  expect(outputs.leef.refused).toEqual([]);
  return parseLeef(outputs.leef.frames[0]?.text ?? '').attributes;
}

it('integers beyond 2^53 keep their digits; other numbers that cannot be held are left out', async () => {
  const attributes = await attributesOf('[9007199254740993]');
  expect(attributes.get('eventUid')).toBe('18446744073709551615');
  expect(attributes.get('principalId')).toBe('-9223372036854775808');
  expect(attributes.has('errorCode')).toBe(false);
  expect([...attributes.values()].join(' ')).not.toContain('12345678901234567');
});

it('whatever lies beside them', async () => {
  const attributes = await attributesOf(`${'['.repeat(8000)}1${']'.repeat(8000)}`);
  expect(attributes.get('eventUid')).toBe('18446744073709551615');
});
