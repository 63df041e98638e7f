import { addingUp } from '../observers.ts';
import type { TransportObserver } from '../transport.ts';

/** Makes the observer of each host out of that of their destination: it says which host it is about. */
export function observerOf(observer: TransportObserver): (host: string) => TransportObserver {
  const part = addingUp(observer);
  return (host) => ({
    ...part(),
    certificate: (role, notAfter) => observer.certificate(role, notAfter, host),
    notice: (message) => observer.notice(`${host}: ${message}`),
  });
}
