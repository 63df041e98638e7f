import type { TransportObserver } from '../transport.ts';

/** Makes the observer of each host out of that of their destination: connections add up, the rest says which host it is about. */
export function observerOf(observer: TransportObserver): (host: string) => TransportObserver {
  const open = new Map<string, number>();
  return (host) => ({
    ...observer,
    connections: (count) => {
      open.set(host, count);
      observer.connections([...open.values()].reduce((sum, one) => sum + one, 0));
    },
    certificate: (role, notAfter) => observer.certificate(role, notAfter, host),
    notice: (message) => observer.notice(`${host}: ${message}`),
  });
}
