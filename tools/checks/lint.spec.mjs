import { beforeAll, describe, expect, it } from '@jest/globals';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import config from '../../eslint.config.js';

const linter = new Linter();
const untyped = { files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked };

/** The rules without type information that a text in a file of this name violates. */
const violationsOf = (filename, text) =>
  linter.verify(text, [...config, untyped], { filename }).map(({ ruleId }) => ruleId);

const importedTimer = "import { setTimeout } from 'node:timers/promises';\nawait setTimeout(1);";

beforeAll(() => void violationsOf('x.ts', ''), 60_000); // the first call loads the TypeScript compiler

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
    ['an imported timer', importedTimer, 'no-restricted-imports'],
    ['fetch', "export const answer = fetch('http://order');", 'no-restricted-globals'],
    ['process.env', 'export const { PORT } = process.env;', 'no-restricted-syntax'],
    ['console', "console.log('hello');", 'no-console'],
    ['any', 'export const convert = (x: any): string => x;', '@typescript-eslint/no-explicit-any'],
    ['an unused variable', 'const x = 1;', '@typescript-eslint/no-unused-vars'],
    ['an ignored error', 'try { f(); } catch {}', 'no-empty'],
    ['an unfinished task', '// TODO: think', 'no-warning-comments'],
  ])('cannot use %s', (_case, text, rule) => {
    expect(violationsOf('apps/order/src/handlers/x.ts', text)).toEqual([rule]);
    expect(violationsOf('libs/messaging/src/outbox/x.ts', text)).toEqual([rule]);
  });

  it('can convert a time to a Date', () =>
    expect(violationsOf('apps/order/src/domain/x.ts', 'export const at = (now: string) => new Date(now);')).toEqual(
      [],
    ));
});

describe('a library', () => {
  const text = 'export const first = (list: readonly string[]): string => list[0]!;';

  it('has no non-null assertion', () =>
    expect(violationsOf('libs/messaging/src/outbox/x.ts', text)).toEqual(['@typescript-eslint/no-non-null-assertion']));
  it('can have one in its specs', () => expect(violationsOf('libs/messaging/src/outbox/x.spec.ts', text)).toEqual([]));
});

describe('an adapter', () => {
  it.each([
    'libs/messaging/src/runtime/system.ts',
    'libs/messaging/src/adapters/kafkajs/kafkajs-client.ts',
    'libs/testing/src/eventually.ts',
    'tools/shop/x.ts',
  ])('in %s can use the clock', (file) =>
    expect(violationsOf(file, 'export const at = Date.now();\nsetTimeout(() => at, 1);')).toEqual([]),
  );
});

describe('the edge', () => {
  it.each(['apps/gateway/src/forward/x.ts', 'apps/payment/src/provider/x.ts', 'tools/shop/x.ts'])(
    'in %s can call a server',
    (file) => expect(violationsOf(file, "export const answer = fetch('http://order');")).toEqual([]),
  );
});

describe('a test', () => {
  it.each([
    ['sleep', 'await new Promise((done) => setTimeout(done, 10));', 'no-restricted-globals'],
    ['sleep by a module', importedTimer, 'no-restricted-imports'],
    ['be the only one', "it.only('runs', () => undefined);", 'no-restricted-syntax'],
    ['be skipped', "describe.skip('once', () => undefined);", 'no-restricted-syntax'],
    [
      'be skipped by its name',
      "import { xit } from '@jest/globals';\nxit('runs', () => undefined);",
      'no-restricted-imports',
    ],
  ])('cannot %s', (_case, text, rule) => {
    for (const file of [
      'apps/order/src/x.spec.ts',
      'libs/messaging/src/x.int.spec.ts',
      'tools/shop/x.spec.ts',
      'test/journeys/x.e2e.spec.ts',
      'tools/checks/x.spec.mjs',
    ])
      expect(violationsOf(file, text)).toEqual([rule]);
  });

  it('with real Kafka and PostgreSQL can use the clock', () =>
    expect(violationsOf('libs/messaging/src/x.int.spec.ts', 'export const at = Date.now();')).toEqual([]));
  it('without I/O cannot', () =>
    expect(violationsOf('libs/messaging/src/x.spec.ts', 'export const at = Date.now();')).toEqual([
      'no-restricted-syntax',
    ]));
});
