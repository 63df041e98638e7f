/** The process that converts: a child of `bench.ts`. */
import { measureTypes, type Sizes } from './converting.ts';

process.on('message', ({ only, sizes }: { only: string; sizes: Sizes }) => {
  for (const figures of measureTypes(only, sizes)) process.send?.(figures);
  process.disconnect();
});
