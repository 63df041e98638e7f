/**
 * Cuts the network off from a HEC transport that waits, in a network of its own: `unshare -n node test/interop/cut-off.ts
 * answer|ack`. Prints what the transport said first, the message of its fault or a notice, and after how many milliseconds, as
 * JSON.
 */
import { execFileSync } from 'node:child_process';
import { hec } from '../../transports/hec/index.ts';
import { createHecStub } from '../fakes/hec-stub.ts';
import { blockOf, Context, faultOf, goodFrames, settings, TOKEN } from '../transports/hec/rig.ts';

execFileSync('ip', ['link', 'set', 'lo', 'up']);
const ack = process.argv[2] === 'ack';
const stub = await createHecStub({ tokens: [{ token: TOKEN, ack }], indexingMs: 600_000 });
if (!ack) stub.fault({ stall: 'after' });
const waits = { stall_timeout: 8_000, request_timeout: 30_000, ack_poll_interval: 1_000, ack_timeout: 300_000 };
const context = new Context();
const transport = hec.create(settings({ url: [stub.url], ack, ...waits }), context);
let cutAt = Number.NaN;
setTimeout(() => {
  execFileSync('tc', ['qdisc', 'add', 'dev', 'lo', 'root', 'blackhole']);
  cutAt = performance.now();
}, 1_500);
const fault = faultOf(transport.send(blockOf(goodFrames(transport, 1)), new AbortController().signal));
const notice = new Promise<string>((resolve) => {
  context.observer.notice = resolve;
});
const said = await Promise.race([fault.then((error) => error?.message), notice]);
process.stdout.write(`${JSON.stringify({ said, ms: performance.now() - cutAt })}\n`);
process.exit(0);
