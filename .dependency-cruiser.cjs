// The floors of the house (ARCHITECTURE.md): imports point one way, and type-only imports count.
const floor = (name, from, to) => ({ name, severity: 'error', from: { path: from }, to: { path: to } });

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    floor('formats-stand-alone', '^formats/', '^(transports|config|agent)/'),
    floor('transports-stand-alone', '^transports/', '^(formats|config|agent)/'),
    floor('config-knows-not-the-agent', '^config/', '^agent/'),
    {
      name: 'formats-do-no-io',
      severity: 'error',
      from: { path: '^formats/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(zlib|stream|buffer|util|crypto)' },
    },
    { name: 'aws-in-one-place', severity: 'error', from: { pathNot: '^agent/aws/' }, to: { path: '@aws-sdk|@smithy' } },
    floor('aws-knows-not-delivery', '^agent/aws/', '^agent/(delivery|health)/'),
    floor('delivery-knows-not-aws', '^agent/delivery/', '^agent/aws/'),
    floor('floors-know-not-the-roof', '^agent/(aws|delivery|health)/', '^agent/[^/]+\\.ts$|^agent/commands/'),
    floor('no-test-code-in-product', '^(formats|transports|config|agent)/', '^(test|bench|demo|tools)/'),
    { name: 'no-orphans', severity: 'error', from: { orphan: true, pathNot: '(cli|vitest\\.config)\\.ts$' }, to: {} },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
  },
};
