import type { Socket } from 'node:net';
import { addressesOf, connectTcp, firstThatAnswers, type Target } from './dial.ts';
import type { Walk } from './walk.ts';

/** The addresses of a target's host. */
export function dnsStep(walk: Walk, target: Target): Promise<readonly string[]> {
  return walk.step('dns', async () => {
    const addresses = await addressesOf(target.host);
    return [addresses, addresses.join(', ')];
  });
}

/** The steps to a connected socket, at the first address that answers. */
export async function reach(
  walk: Walk,
  target: Target,
  signal: AbortSignal,
): Promise<{ readonly socket: Socket; readonly address: string }> {
  const addresses = await dnsStep(walk, target);
  return walk.step('tcp', async () => {
    const found = await firstThatAnswers(addresses, async (address) => ({
      socket: await connectTcp(address, target, signal),
      address,
    }));
    return [found, `${found.address} port ${target.port}`];
  });
}
