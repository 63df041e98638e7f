import { defineConfig } from 'vitest/config';

/** Generous, since a loaded machine is slow: tests of time have limits of their own. */
const node = { environment: 'node', testTimeout: 60_000, hookTimeout: 60_000 } as const;

export default defineConfig({
  test: {
    projects: [
      {
        test: { ...node, name: 'unit', include: ['test/**/*.test.ts'], exclude: ['test/faults/**', 'test/interop/**'] },
      },
      {
        test: {
          ...node,
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          testTimeout: 300_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          ...node,
          name: 'interop',
          include: ['test/interop/**/*.test.ts'],
          testTimeout: 300_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
