import {
  cloudeventsPython,
  containerImage,
  postgresql15,
  promtool,
  schemathesis,
} from './tools/checks/optional-programs.mjs';

/** Four kinds of tests, by file name: pure (.spec), simulated (.sim.spec), on real Kafka and PostgreSQL (.int.spec), whole shop (.e2e.spec; .long.e2e.spec only in `npm run test:long`). */
const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    {
      jsc: {
        parser: { syntax: 'typescript', decorators: true },
        transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        target: 'es2022',
        keepClassNames: true,
      },
      module: { type: 'es6' },
      sourceMaps: 'inline',
    },
  ],
};

/** Tests that `npm test` leaves out, and those whose program is not there. */
const leftOut = [
  '\\.never', // an empty list would match everything
  ...(process.env.TRADEWIND_LONG === '1' ? [] : ['\\.long']),
  ...(schemathesis.path() ? [] : ['\\.schemathesis']),
  ...(postgresql15.path() ? [] : ['\\.postgresql15']),
  ...(containerImage.path() ? [] : ['\\.engine']),
  ...(cloudeventsPython.path() ? [] : ['\\.cloudevents']),
  ...(promtool.path() ? [] : ['\\.promtool']),
];
const leftIn = `(?<!${leftOut.join('|')})`;

const project = (displayName, testRegex, rest = {}) => ({
  displayName,
  rootDir: import.meta.dirname,
  testEnvironment: '<rootDir>/tools/checks/open-handles.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  transform,
  moduleNameMapper: {
    '^@tradewind/contracts/ids$': '<rootDir>/libs/contracts/src/ids.ts',
    '^@tradewind/messaging/(internals|message)$': '<rootDir>/libs/messaging/src/$1.ts',
    '^@tradewind/([a-z]+)$': '<rootDir>/libs/$1/src/index.ts',
    '^@tradewind/([a-z]+)/([a-z-]+)$': '<rootDir>/libs/$1/src/$2/index.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/libs/[a-z]+/dist', '<rootDir>/.tradewind'],
  testRegex,
  ...rest,
});

export default {
  maxWorkers: 2,
  testTimeout: 60_000, // longer than `eventually` waits, so that a failure shows its last result
  projects: [
    project('pure', ['(?<!\\.(sim|int|e2e|fixture))\\.spec\\.(ts|mjs)$']),
    project('simulation', ['\\.sim\\.spec\\.ts$']),
    project('integration', [`${leftIn}\\.int\\.spec\\.ts$`], {
      globalSetup: '<rootDir>/tools/platform/jest/start.mjs',
      globalTeardown: '<rootDir>/tools/platform/jest/stop.mjs',
    }),
    project('journeys', [`${leftIn}\\.e2e\\.spec\\.ts$`]),
  ],
};
