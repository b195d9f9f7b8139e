const swc = [
  '@swc/jest',
  {
    swcrc: false,
    sourceMaps: 'inline',
    module: { type: 'es6' },
    jsc: {
      target: 'es2022',
      keepClassNames: true,
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: true },
    },
  },
];

const base = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  setupFiles: ['reflect-metadata', '<rootDir>/test/support/no-jitter.ts'],
  // Build outputs hold copies of package.json and of the sources; neither is a test subject.
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/build/'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // The sample imports the package by its name.
    '^nestash$': '<rootDir>/lib/index.ts',
    '^nestash/testing$': '<rootDir>/lib/testing.ts',
    // Mercurius requires @fastify/static, whose own copy is an ES module, which Jest cannot require.
    '^content-disposition$': '<rootDir>/node_modules/content-disposition',
  },
  transform: { '^.+\\.ts$': swc },
};

export default {
  coverageProvider: 'v8',
  // Long, so that a machine that stalls for seconds fails no test.
  testTimeout: 60_000,
  // A test that fails before it stops its application would keep Jest, and a CI, waiting for ever.
  reporters: ['default', '<rootDir>/test/support/ending.reporter.mjs'],
  collectCoverageFrom: ['lib/**/*.ts'],
  projects: [
    { ...base, displayName: 'unit', testMatch: ['<rootDir>/test/unit/**/*.spec.ts'] },
    {
      ...base,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/integration/**/*.spec.ts'],
      globalSetup: '<rootDir>/test/support/redis.setup.ts',
      globalTeardown: '<rootDir>/test/support/redis.teardown.ts',
    },
    { ...base, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.spec.ts'] },
  ],
};
