/**
 * The three functions of the decorator metadata proposal that `@peculiar/x509` (through tsyringe) looks for when it is
 * loaded. Import this before it.
 */
const metadata = new WeakMap<object, Map<unknown, unknown>>();

Object.assign(Reflect, {
  defineMetadata(key: unknown, value: unknown, target: object): void {
    metadata.set(target, (metadata.get(target) ?? new Map()).set(key, value));
  },
  getMetadata: (key: unknown, target: object): unknown => metadata.get(target)?.get(key),
  getOwnMetadata: (key: unknown, target: object): unknown => metadata.get(target)?.get(key),
});
