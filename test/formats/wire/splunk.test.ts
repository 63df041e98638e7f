import { describe, expect, it } from 'vitest';
import { Converter, Dress } from '../../../agent/convert.ts';
import type { LogType } from '../../../formats/log-type.ts';
import { guardduty } from '../../../formats/log-types/guardduty.ts';
import { vpcFlow } from '../../../formats/log-types/vpc-flow.ts';
import { plainContents } from '../../../formats/reader.ts';
import type { FormatName } from '../../../formats/wire/formatter.ts';
import { formats } from '../../../formats/wire/index.ts';
import { convertBytes, origin } from '../convert.ts';

async function splunk(text: string, wanted: Parameters<typeof convertBytes>[1] = {}): Promise<string[]> {
  const { outputs } = await convertBytes([Buffer.from(text)], wanted);
  expect(outputs.splunk.refused).toEqual([]);
  return outputs.splunk.frames.map((frame) => frame.text);
}

const DEFAULT = '2 111122223333 eni-0001 192.0.2.10 10.0.0.5 49152 443 6 20 4249 1772600400 1772600460 ACCEPT OK';
/** What the Add-on's extraction asks of a line: 14 words in their order, whatever follows. */
const ADDON =
  /^\S+ (?<account>\S+) (?<eni>eni-\S+) (?<src>\S+) (?<dst>\S+) (?:\S+ ){7}(?<action>ACCEPT|REJECT|-) (?<status>OK|-)(?= |$)/;

describe('for the Splunk Add-on', () => {
  it('a flow log of the default format stays as it is, with and without a header', async () => {
    const header =
      'version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status';
    expect(await splunk(`${header}\n${DEFAULT}\n`)).toEqual([DEFAULT]);
    expect(await splunk(`${DEFAULT}\n`)).toEqual([DEFAULT]);
  });

  it('a flow log of any other format has its columns in the order of the default one, and the others behind by name', async () => {
    const header = 'srcaddr dstaddr action vpc-id version account-id interface-id log-status bytes';
    const [line = ''] = await splunk(
      `${header}\n192.0.2.1 10.0.0.9 REJECT vpc-1 5 111122223333 eni-2 OK 40 tomorrow\n`,
    );
    expect(line).toBe('5 111122223333 eni-2 192.0.2.1 10.0.0.9 - - - - 40 - - REJECT OK vpc-id=vpc-1 extra1=tomorrow');
    expect(ADDON.exec(line)?.groups).toEqual({
      ...{ account: '111122223333', eni: 'eni-2', src: '192.0.2.1', dst: '10.0.0.9' },
      ...{ action: 'REJECT', status: 'OK' },
    });
  });

  it('a GuardDuty finding is the detail of its event, byte for byte', async () => {
    const finding =
      '{"schemaVersion":"2.0","accountId":"111122223333","region":"eu-west-1","type":"Recon:EC2/Portscan","severity":2.0,"updatedAt":"2026-03-04T05:10:00.456Z","service":{"count":9007199254740993}}';
    const [event = ''] = await splunk(finding);
    expect(event).toContain(`"detail":${finding}}`);
    expect(JSON.parse(event)).toMatchObject({
      ...{ version: '0', 'detail-type': 'GuardDuty Finding', source: 'aws.guardduty', resources: [] },
      ...{ account: '111122223333', time: '2026-03-04T05:10:00.456Z', region: 'eu-west-1' },
    });
  });

  it('every other record goes as it is', async () => {
    const record =
      '{"eventVersion":"1.08","eventTime":"2026-03-04T05:06:07Z","eventSource":"s3.amazonaws.com","eventName":"X","a":1.0}';
    expect(await splunk(`{"Records":[${record}]}`)).toEqual([record]);
  });

  it('what is over the room is refused', async () => {
    const { outputs } = await convertBytes([Buffer.from(`srcaddr interface-id\n192.0.2.1 eni-1\n`)], { room: 30 });
    expect(outputs.splunk.refused).toEqual(['0 TF-EVENT-TOO-LARGE']);
  });
});

function sourcetypeOf(format: FormatName, type: LogType): string {
  let told = '';
  const envelope = {
    bind: (from: { readonly sourcetype: string }) => {
      told = from.sourcetype;
      return { room: 2 ** 20, frame: (text: string) => text };
    },
  };
  const sink = { offered: 0, frame: () => {}, pass: () => {}, refuse: () => {} };
  const converter = new Converter(plainContents(type, origin), [{ dress: new Dress(formats[format], envelope), sink }]);
  converter.push(Buffer.from(type === vpcFlow ? DEFAULT : '{"type":"a"}'));
  converter.end();
  return told;
}

describe('the sourcetype', () => {
  it('is the Add-on’s for the record itself, and another for what its extractions cannot read', () => {
    for (const format of ['raw', 'json', 'splunk'] as const) {
      expect(sourcetypeOf(format, vpcFlow)).toBe('aws:cloudwatchlogs:vpcflow');
      expect(sourcetypeOf(format, guardduty)).toBe('aws:cloudwatch:guardduty');
    }
    expect(sourcetypeOf('ocsf', vpcFlow)).toBe('aws:asl');
    expect(sourcetypeOf('ecs', vpcFlow)).toBe('ecs:json');
    expect(sourcetypeOf('cef', guardduty)).toBe('cef');
    expect(sourcetypeOf('leef', guardduty)).toBe('leef');
  });
});
