import { describe, expect, it } from 'vitest';
import { columnNames } from '../../formats/layout.ts';
import { parseLeef } from '../leef-parser.ts';
import { convertBytes } from './convert.ts';

// biome-ignore lint/suspicious/noTemplateCurlyInString: as AWS writes a format
const FORMAT = '${vpc-id} ${srcaddr} ${dstaddr} ${dstport} ${action}';
const LINE = 'vpc-1 192.0.2.1 198.51.100.2 443 REJECT';

async function attributes(text: string, columns: string, type = 'vpc-flow'): Promise<Record<string, string>[]> {
  const { outputs } = await convertBytes([Buffer.from(text)], { type, columns });
  expect(outputs.leef.refused).toEqual([]);
  return outputs.leef.frames.map(({ text: frame }) => Object.fromEntries(parseLeef(frame).attributes));
}

describe('columns that an admin chose', () => {
  it.each([FORMAT, 'vpc-id srcaddr dstaddr dstport action', 'vpc-id, srcaddr,dstaddr\tdstport  action'])(
    'are read from %s',
    (text) => {
      expect(columnNames(text)).toEqual(['vpc-id', 'srcaddr', 'dstaddr', 'dstport', 'action']);
    },
  );

  it('name the cells of lines without a header', async () => {
    const [first, second] = await attributes(`${LINE}\n${LINE} later\n`, FORMAT);
    expect(first).toMatchObject({ src: '192.0.2.1', dst: '198.51.100.2', dstPort: '443', vpcId: 'vpc-1' });
    expect(second).toMatchObject({ dstPort: '443' });
  });

  it('give way to a header', async () => {
    const [first] = await attributes('srcaddr dstaddr\n192.0.2.7 192.0.2.8\n', FORMAT);
    expect(first).toMatchObject({ src: '192.0.2.7', dst: '192.0.2.8' });
  });

  it('name the cells of messages that come through CloudWatch Logs', async () => {
    const logEvents = [{ id: '1', timestamp: 1770091506123, message: LINE }];
    const envelope = { messageType: 'DATA_MESSAGE', owner: '111122223333', logGroup: 'g', logStream: 's', logEvents };
    const [first] = await attributes(JSON.stringify(envelope), FORMAT);
    expect(first).toMatchObject({ dstPort: '443', devTime: '1770091506123', awsAccountId: '111122223333' });
  });

  it('name the cells of real-time logs of CloudFront', async () => {
    const line = '1770091506.123\t192.0.2.1\t403\tGET\n';
    const [first] = await attributes(line, 'timestamp, c-ip, sc-status, cs-method', 'cloudfront');
    expect(first).toMatchObject({ src: '192.0.2.1', httpStatus: '403', method: 'GET', devTime: '1770091506123' });
  });

  it('leave a line with too few cells unread', async () => {
    const { outputs } = await convertBytes([Buffer.from('vpc-1 192.0.2.1\n')], { type: 'vpc-flow', columns: FORMAT });
    expect(outputs.leef.refused).toEqual(['0 TF-COLUMNS-FEW']);
  });
});
