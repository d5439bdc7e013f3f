import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Entry } from './entry.js';
import { LogDamaged, OperationLog } from './operation-log.js';

const entry = (key: string): Entry => ({
  at: '2010-12-01T08:26:00.000Z',
  key,
  operation: 'take',
  amount: 1,
  currency: 'GBP',
  method: 'sim_ok',
  reference: `sim_${key}`,
});

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'provider-log-'))));
afterAll(() => rm(folder, { recursive: true }));

/** Opens the log, runs `use`, closes the log, and returns the keys that were read on opening. */
async function opened(path: string, use: (log: OperationLog) => Promise<void> = async () => undefined) {
  const keys: string[] = [];
  const { log, torn } = await OperationLog.open(path, ({ key }) => keys.push(key));
  await use(log).finally(() => log.close());
  return { keys, torn };
}

describe('a reopened log', () => {
  it('returns its entries, oldest first', async () => {
    const path = join(folder, 'new-folder', 'log');
    expect(await opened(path, async (log) => ['a', 'b'].forEach((key) => log.append(entry(key))))).toEqual({
      keys: [],
      torn: undefined,
    });
    expect(await opened(path)).toEqual({ keys: ['a', 'b'], torn: undefined });
  });
});

describe('appends during a write', () => {
  it('share the next write', async () => {
    const path = join(folder, 'grouped');
    await opened(path, async (log) => {
      const settled: Promise<void>[] = [];
      for (let index = 0; index < 200; index++) {
        await Promise.resolve();
        log.append(entry(`k${index}`));
        settled.push(log.settled());
      }
      await Promise.all(settled);
      expect(log.writes).toBeLessThan(20);
      expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(201);
    });
  });
});

describe('an incomplete last line after a crash', () => {
  it.each(['{"at":"2010-12-01T08', JSON.stringify(entry('unfinished'))])(
    'is dropped and reported: %s',
    async (rest) => {
      const path = join(folder, `torn-${rest.length}`);
      await writeFile(path, `${JSON.stringify(entry('a'))}\n${rest}`);
      expect(await opened(path, async (log) => log.append(entry('b')))).toEqual({
        keys: ['a'],
        torn: { line: 2, bytes: rest.length },
      });
      expect(await opened(path)).toEqual({ keys: ['a', 'b'], torn: undefined });
    },
  );
});

describe('an invalid line before the end', () => {
  it.each([
    ['not JSON', /line 2 of .*JSON/],
    ['null', /line 2 of .* not a JSON object/],
    ['{"operation":"give"}', /line 2 of .* no known operation/],
    ['{"operation":"void","at":"x"}', /line 2 of .* key is missing/],
    [
      '{"operation":"take","at":"x","key":"k","amount":1.5,"currency":"GBP","method":"m","reference":"r"}',
      /line 2 of .* not a whole number/,
    ],
  ])('makes the start fail with its number: %s', async (line, message) => {
    const path = join(folder, 'damaged');
    await writeFile(path, `${JSON.stringify(entry('a'))}\n${line}\n`);
    await appendFile(path, `${JSON.stringify(entry('b'))}\n`);
    await expect(opened(path)).rejects.toThrow(LogDamaged);
    await expect(opened(path)).rejects.toThrow(message);
  });
});

describe('a file that cannot be written', () => {
  it('rejects all appends, now and later', async () => {
    const { log } = await OperationLog.open(join(folder, 'closed'), () => undefined);
    await log.close();
    log.append(entry('a'));
    await expect(log.settled()).rejects.toThrow('closed');
    log.append(entry('b'));
    await expect(log.settled()).rejects.toThrow('closed');
  });
});
