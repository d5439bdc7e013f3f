import { beforeAll, describe, expect, it } from '@jest/globals';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import config from '../../eslint.config.js';

const linter = new Linter();
const untyped = { files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked };

/** What the house's own rules, those that need no types, say of a text in a file of that name. */
const faultsOf = (filename, text) =>
  linter.verify(text, [...config, untyped], { filename }).map(({ ruleId }) => ruleId);

beforeAll(() => void faultsOf('x.ts', ''), 60_000); // the first look loads the TypeScript compiler

describe('a service or a library', () => {
  it.each([
    ['Date.now', 'export const at = Date.now();', 'no-restricted-syntax'],
    ['Date.now as a value', 'export const clock = Date.now;', 'no-restricted-syntax'],
    ['new Date()', 'export const at = new Date();', 'no-restricted-syntax'],
    ['Date()', 'export const at = Date();', 'no-restricted-syntax'],
    ['performance', 'export const at = performance.now();', 'no-restricted-globals'],
    ['Math.random', 'export const chance = Math.random();', 'no-restricted-syntax'],
    ['crypto.randomUUID', 'export const id = crypto.randomUUID();', 'no-restricted-syntax'],
    [
      'an imported randomUUID',
      "import { randomUUID } from 'node:crypto';\nexport const id = randomUUID;",
      'no-restricted-imports',
    ],
    ['setTimeout', 'setTimeout(f, 1);', 'no-restricted-globals'],
    ['setInterval', 'setInterval(f, 1);', 'no-restricted-globals'],
    ['globalThis.setTimeout', 'globalThis.setTimeout(f, 1);', 'no-restricted-syntax'],
    [
      'an imported timer',
      "import { setTimeout } from 'node:timers/promises';\nawait setTimeout(1);",
      'no-restricted-imports',
    ],
    ['fetch', "export const answer = fetch('http://order');", 'no-restricted-globals'],
    ['process.env', 'export const { PORT } = process.env;', 'no-restricted-syntax'],
    ['console', "console.log('hello');", 'no-console'],
    ['any', 'export const given = (x: any): string => x;', '@typescript-eslint/no-explicit-any'],
    ['a variable that nobody reads', 'const x = 1;', '@typescript-eslint/no-unused-vars'],
    ['a swallowed error', 'try { f(); } catch {}', 'no-empty'],
    ['an unfinished thought', '// TODO: think', 'no-warning-comments'],
  ])('may not use %s', (_what, text, rule) => {
    expect(faultsOf('apps/order/src/handlers/x.ts', text)).toEqual([rule]);
    expect(faultsOf('libs/messaging/src/outbox/x.ts', text)).toEqual([rule]);
  });

  it('may make a date of an instant that it was given', () =>
    expect(faultsOf('apps/order/src/domain/x.ts', 'export const at = (now: string) => new Date(now);')).toEqual([]));
});

describe('an adapter', () => {
  it.each([
    'libs/messaging/src/system.ts',
    'libs/messaging/src/kafka/kafkajs-client.ts',
    'libs/testing/src/eventually.ts',
    'tools/shop/x.ts',
  ])('in %s may touch the clock', (file) =>
    expect(faultsOf(file, 'export const at = Date.now();\nsetTimeout(() => at, 1);')).toEqual([]),
  );
});

describe('the edge', () => {
  it.each(['apps/gateway/src/forward/x.ts', 'apps/payment/src/provider/x.ts', 'tools/shop/x.ts'])(
    'in %s may call out',
    (file) => expect(faultsOf(file, "export const answer = fetch('http://order');")).toEqual([]),
  );
});

describe('a test', () => {
  it.each([
    ['sleep', 'await new Promise((done) => setTimeout(done, 10));', 'no-restricted-globals'],
    [
      'sleep by a module',
      "import { setTimeout } from 'node:timers/promises';\nawait setTimeout(1);",
      'no-restricted-imports',
    ],
    ['be the only one', "it.only('runs', () => undefined);", 'no-restricted-syntax'],
    ['be skipped', "describe.skip('once', () => undefined);", 'no-restricted-syntax'],
    [
      'be skipped by its name',
      "import { xit } from '@jest/globals';\nxit('runs', () => undefined);",
      'no-restricted-imports',
    ],
  ])('may not %s', (_what, text, rule) => {
    for (const file of [
      'apps/order/src/x.spec.ts',
      'libs/messaging/src/x.int.spec.ts',
      'tools/shop/x.spec.ts',
      'test/journeys/x.e2e.spec.ts',
      'tools/checks/x.spec.mjs',
    ])
      expect(faultsOf(file, text)).toEqual([rule]);
  });

  it('on real parts has a real clock', () =>
    expect(faultsOf('libs/messaging/src/x.int.spec.ts', 'export const at = Date.now();')).toEqual([]));
  it('without I/O has not', () =>
    expect(faultsOf('libs/messaging/src/x.spec.ts', 'export const at = Date.now();')).toEqual([
      'no-restricted-syntax',
    ]));
});
