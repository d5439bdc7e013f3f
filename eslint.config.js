import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Files that may use the machine's clock, timers or random values, with the reason. All others use the ports of @tradewind/kernel. */
const adapters = [
  'libs/messaging/src/**/system.ts', // the adapters of the ports
  'libs/messaging/src/adapters/kafkajs/kafkajs-*.ts', // kafkajs has its own timers; the simulation replaces the whole client
  'libs/service/src/logs/request-log.ts', // measures the duration of requests, only for the log
  'libs/service/src/start-phases.ts', // measures the phases of the start, only for the log
  'libs/testing/src/**', // waits for real Kafka and PostgreSQL
];
/** Files that may call an HTTP server. */
const edge = ['apps/console/src/log-in/**', 'apps/gateway/src/**', 'apps/payment/src/provider/**'];
/** Programs: they read the environment and pass it on. */
const entries = [
  'apps/*/src/main.ts',
  'apps/*/src/operate.ts',
  'apps/*/src/rotate-secret.ts',
  'apps/user/src/create-admin.ts',
  'libs/operations/src/cli/main.ts',
  'libs/operations/src/cli/service-program.ts',
];
/** Commands print their result. */
const commandLine = ['libs/operations/src/cli/**'];
/** Example programs of users of the libraries. */
const examples = ['libs/*/example/**'];
/** Programs that inject faults, and those of other teams, use clock and timers; specs do not. */
const testPrograms = [
  'test/packed/programs/*.ts',
  'test/drills/**/!(*.spec).ts',
  'test/faults/**/!(*.spec).ts',
  'test/screenshots/*.ts',
  'test/simulation/**/!(*.spec).ts',
];
const realInfrastructure = ['**/*.{int,e2e,fixture}.spec.ts'];

const outside = 'must come from the Clock, Timers or Randomness port of @tradewind/kernel.';
const clock = [
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: `Date.now ${outside}` },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: `The time of new Date() ${outside}` },
  { selector: "CallExpression[callee.name='Date']", message: `The time of Date() ${outside}` },
  { selector: "MemberExpression[object.name='Math'][property.name='random']", message: `Math.random ${outside}` },
  { selector: "MemberExpression[property.name='randomUUID']", message: `An id ${outside}` },
];
const timers = [
  {
    selector: "MemberExpression[object.name='globalThis'][property.name=/^set(Timeout|Interval)$/]",
    message: `A timer ${outside}`,
  },
];
const environment = [
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'The environment is read in one place: add the variable to <service>.config.ts.',
  },
];
const everyTestRuns = [
  {
    selector: 'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|skip|todo|failing)$/]',
    message: 'Every test must run: no only, skip, todo or failing.',
  },
];
const syntax = (...selectors) => ({ 'no-restricted-syntax': ['error', ...selectors] });

const timerGlobals = (message) => ['setTimeout', 'setInterval'].map((name) => ({ name, message }));
const performance = { name: 'performance', message: `A time ${outside}` };
const calls = ['fetch', 'WebSocket'].map((name) => ({
  name,
  message: 'No service calls another: it gets data from messages.',
}));
const globals = (...names) => ({ 'no-restricted-globals': ['error', ...names] });

const timerModules = (message) =>
  ['node:timers', 'node:timers/promises', 'timers', 'timers/promises'].map((name) => ({
    name,
    importNames: ['setTimeout', 'setInterval', 'scheduler'],
    message,
  }));
const uuids = ['node:crypto', 'crypto'].map((name) => ({
  name,
  importNames: ['randomUUID'],
  message: `An id ${outside}`,
}));
const focused = {
  name: '@jest/globals',
  importNames: ['fit', 'xit', 'xtest', 'fdescribe', 'xdescribe'],
  message: 'Every test must run.',
};
const imports = (...paths) => ({ 'no-restricted-imports': ['error', { paths }] });

const noSleep = 'A test must not sleep: use await eventually(() => …) of @tradewind/testing.';

export default defineConfig(
  globalIgnores(['**/dist/', '.tradewind/', '.cache/', 'coverage/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    name: 'everything',
    files: ['**/*.{js,mjs,cjs,ts}'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    rules: {
      eqeqeq: ['error', 'always'],
      'no-empty': 'error',
      'no-control-regex': 'error',
      'no-fallthrough': 'error',
      'no-var': 'error',
      'no-warning-comments': ['error', { terms: ['todo', 'fixme', 'xxx'] }],
      'object-shorthand': 'error',
      'prefer-const': ['error', { ignoreReadBeforeAssign: true }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true, argsIgnorePattern: '^_' }],
    },
  },
  {
    name: 'typed',
    files: ['**/*.ts'],
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { project: 'tools/checks/tsconfig.sources.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-for-in-array': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-non-null-asserted-optional-chain': 'error',
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    name: 'services and libraries get time, timers, random values and settings as arguments, and call no other service',
    files: ['apps/**/*.ts', 'libs/**/*.ts'],
    ignores: examples,
    rules: {
      'no-console': 'error',
      ...syntax(...clock, ...timers, ...environment),
      ...globals(...timerGlobals(`A timer ${outside}`), performance, ...calls),
      ...imports(...uuids, ...timerModules(`A timer ${outside}`)),
    },
  },
  {
    name: 'libraries say in their types what is never missing',
    files: ['libs/{kernel,messaging,saga,service}/src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'error' },
  },
  {
    name: 'adapters',
    files: adapters,
    rules: { ...syntax(...environment), ...globals(...calls), 'no-restricted-imports': 'off' },
  },
  {
    name: 'test harness calls the service',
    files: ['libs/testing/src/service/**'],
    rules: { 'no-restricted-globals': 'off' },
  },
  { name: 'the edge', files: edge, rules: globals(...timerGlobals(`A timer ${outside}`), performance) },
  { name: 'entries', files: entries, rules: syntax(...clock, ...timers) },
  { name: 'command line', files: commandLine, rules: { 'no-console': 'off' } },
  {
    name: 'tests wait for conditions',
    files: ['**/*.spec.{ts,mjs}', 'test/**/*.ts', 'apps/*/test/**/*.ts'],
    ignores: testPrograms,
    rules: {
      ...syntax(...timers, ...everyTestRuns),
      ...globals(...timerGlobals(noSleep)),
      ...imports(focused, ...timerModules(noSleep)),
    },
  },
  {
    name: 'tests without I/O have a simulated clock',
    files: ['apps/**/*.spec.ts', 'libs/**/*.spec.ts'],
    ignores: realInfrastructure,
    rules: syntax(...clock, ...timers, ...everyTestRuns),
  },
);
