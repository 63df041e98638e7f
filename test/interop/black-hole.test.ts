import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);

/** In a network of its own, so that it can be cut off without harm; that asks for root. */
it.concurrent.each([
  ['answer', /TF-HEC-STALLED/],
  ['ack', /cannot ask for acknowledgements/],
])(
  'a host that vanishes while HEC waits for the %s is noticed within 10 s',
  async (what, words) => {
    const { stdout } = await run('unshare', ['-n', process.execPath, 'test/interop/cut-off.ts', what]);
    const { said, ms } = JSON.parse(stdout) as { said: string; ms: number };
    console.log(`black hole, waiting for the ${what}: ${Math.round(ms)} ms: ${said}`);
    expect(said).toMatch(words);
    expect(ms).toBeLessThan(10_000);
  },
  60_000,
);
