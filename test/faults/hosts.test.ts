import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { readMetrics } from '../agent/health/metrics-text.ts';
import { startFakeAws } from '../fakes/aws.ts';
import { type Identity, makeCertificates } from '../fakes/certificates.ts';
import { Oracle, syslogArrivals } from './oracle.ts';
import { agent, BUCKET, site, syslogReceiver, until } from './rig.ts';

const OBJECTS = 24;
const RECORDS = 1_000;

it.each(['failover', 'spread'])(
  '%s over two hosts: nothing is lost while they hang and die in turn, and our certificate is replaced',
  async (balance) => {
    using place = site();
    const certificates = await makeCertificates();
    const aws = await startFakeAws({ visibilitySeconds: 10 });
    const oracle = new Oracle(aws);
    const keys = Array.from({ length: OBJECTS }, (_, index) => oracle.put('cloudtrail', index, RECORDS));
    oracle.guardDeletes(place.stateDir, ['qradar']);

    const [certFile, keyFile] = [join(place.directory, 'client.pem'), join(place.directory, 'client.key')];
    const renew = ({ cert, key }: Identity) => {
      copyFileSync(key, keyFile);
      copyFileSync(cert, certFile);
    };
    renew(certificates.client);
    const outs = ['a', 'b'].map((name) => join(place.directory, `${name}.out`));
    for (const out of outs) writeFileSync(out, '');
    const { cert, key } = certificates.server;
    const tls = ['--tls', '--cert', cert, '--key', key, '--ca', certificates.ca, '--require-client'];
    const hosts = await Promise.all(
      outs.map((out) => syslogReceiver('--out', out, '--bytes-per-second', '4000000', ...tls)),
    );
    const [first, second] = hosts;
    if (first === undefined || second === undefined) throw new Error('there must be two');
    const files = `{ca_file: ${certificates.ca}, cert_file: ${certFile}, key_file: ${keyFile}}`;
    const config = place.config(aws, {
      destinations: {
        qradar: `type: syslog, hosts: ["localhost:${first.port}", "127.0.0.1:${second.port}"], balance: ${balance}, format: leef, confirm_interval: 500ms, stall_timeout: 2s, tls: ${files}`,
      },
      limits: '{places: 8, open_objects: 4, in_flight_bytes: 16MiB}',
    });
    const ferry = await agent(config);
    const page = async (path: string) => (await fetch(`http://127.0.0.1:${ferry.port}${path}`)).text();
    const up = async () =>
      readMetrics(await page('/metrics'))
        .samples.filter(({ name }) => name === 'trailferry_destination_host_up')
        .map(({ value }) => value);
    try {
      for (const key of keys.slice(0, 8)) aws.notify(BUCKET, key);
      await sleep(500);
      first.signal('SIGSTOP');
      await until('the host that hangs is left out', 20_000, async () => (await up()).join() === '0,1');
      expect(JSON.parse(await page('/readyz'))).toMatchObject({
        ready: true,
        hosts: [{ host: `localhost:${first.port}` }],
      });
      for (const key of keys.slice(8, 16)) aws.notify(BUCKET, key);
      await sleep(500);
      first.signal('SIGCONT');
      renew(certificates.renewedClient);
      await until('it is back', 120_000, async () => (await up()).join() === '1,1');
      for (const key of keys.slice(16)) aws.notify(BUCKET, key);
      await sleep(300);
      await second.kill();
      await until('the queue is empty', 90_000, () => aws.depth().visible + aws.depth().inFlight === 0);
      await ferry.kill('SIGTERM');
      const judgement = oracle.judge((await Promise.all(outs.map(syslogArrivals))).flat());
      console.log(`hosts, ${balance}:`, judgement);
      expect(judgement).toMatchObject({ lost: 0, spurious: 0, corrupted: 0 });
      expect(ferry.deaths).toEqual([]);
    } finally {
      await Promise.all([ferry, ...hosts].map((one) => one.kill()));
      certificates.remove();
      await aws.close();
    }
  },
);
