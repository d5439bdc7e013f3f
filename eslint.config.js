import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What may touch the machine's clock, timers or chance, and why. Everything else takes them from the ports of @tradewind/kernel. */
const adapters = [
  'libs/messaging/src/system.ts', // the adapters of the ports themselves
  'libs/messaging/src/kafka/kafkajs-*.ts', // kafkajs has timers of its own, so a simulated clock replaces the whole client
  'libs/service/src/logs/request-log.ts', // measures how long an answer took; decides nothing
  'libs/testing/src/**', // waits for real parts
];
/** What may call an HTTP server that is not its own. */
const edge = ['apps/gateway/src/**', 'apps/payment/src/provider/**'];
/** What is started as a process, and hands the environment on. */
const entries = ['apps/*/src/main.ts', 'apps/*/src/operate.ts', 'apps/user/src/create-admin.ts'];
/** A stranger's program, outside the house. */
const examples = ['libs/*/example/**'];
/** What breaks a shop on purpose has a clock and timers of its own; its specs have not. */
const provingGround = ['test/drills/**/!(*.spec).ts', 'test/faults/**/!(*.spec).ts', 'test/simulation/**/!(*.spec).ts'];
const onRealParts = ['**/*.{int,e2e,fixture}.spec.ts'];

const outside = 'comes from outside: take it from the Clock, Timers or Randomness port of @tradewind/kernel.';
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
    message: 'The environment is read once: add the variable to <service>.config.ts.',
  },
];
const everyTestRuns = [
  {
    selector: 'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(only|skip|todo|failing)$/]',
    message: 'Every test of the tree runs: no only, skip, todo or failing.',
  },
];
const syntax = (...selectors) => ({ 'no-restricted-syntax': ['error', ...selectors] });

const timerGlobals = (message) => ['setTimeout', 'setInterval'].map((name) => ({ name, message }));
const performance = { name: 'performance', message: `A time ${outside}` };
const calls = ['fetch', 'WebSocket'].map((name) => ({
  name,
  message: 'No service calls another: what it needs to know comes as a message.',
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
  message: 'Every test of the tree runs.',
};
const imports = (...paths) => ({ 'no-restricted-imports': ['error', { paths }] });

const noSleep = 'A test does not guess how long something takes: await eventually(() => …) of @tradewind/testing.';

export default defineConfig(
  globalIgnores(['**/dist/', '.tradewind/', 'coverage/']),
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
    name: 'services and libraries take time, timers, chance and settings as arguments, and call nobody',
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
    name: 'adapters',
    files: adapters,
    rules: { ...syntax(...environment), ...globals(...calls), 'no-restricted-imports': 'off' },
  },
  { name: 'the edge', files: edge, rules: globals(...timerGlobals(`A timer ${outside}`), performance) },
  { name: 'entries', files: entries, rules: syntax(...clock, ...timers) },
  {
    name: 'tests wait for what they expect',
    files: ['**/*.spec.{ts,mjs}', 'test/**/*.ts', 'apps/*/test/**/*.ts'],
    ignores: provingGround,
    rules: {
      ...syntax(...timers, ...everyTestRuns),
      ...globals(...timerGlobals(noSleep)),
      ...imports(focused, ...timerModules(noSleep)),
    },
  },
  {
    name: 'tests without I/O have a clock of their own',
    files: ['apps/**/*.spec.ts', 'libs/**/*.spec.ts'],
    ignores: onRealParts,
    rules: syntax(...clock, ...timers, ...everyTestRuns),
  },
);
