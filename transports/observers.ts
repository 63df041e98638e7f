import type { TransportObserver } from './transport.ts';

/** Observers for parts of one destination that each count connections of their own: the destination hears the sum. */
export function addingUp(observer: TransportObserver): () => TransportObserver {
  const open = new Map<object, number>();
  return () => {
    const part = {};
    return {
      ...observer,
      connections: (count) => {
        if (count === 0) open.delete(part);
        else open.set(part, count);
        observer.connections([...open.values()].reduce((sum, one) => sum + one, 0));
      },
    };
  };
}
