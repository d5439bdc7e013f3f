import { describe, expect, it } from '@jest/globals';
import { Simulation } from '@tradewind/simulation';
import { CrashLoopGuard } from './crash-loop-guard.js';
import { decoded, idAt } from './notes.fixture.spec.js';
import type { PendingMessage } from './pending-queue.js';

const batchOf = (...offsets: readonly number[]): readonly PendingMessage[] =>
  offsets.map((offset) => ({ decoded: decoded('a', offset), generation: 0, notBefore: 0, failures: 0, alone: false }));

const range = (from: number, count: number): readonly number[] => Array.from({ length: count }, (_, n) => from + n);

/** Starts consumers of one group one after another, each in a new process. */
function consumers() {
  const simulation = new Simulation('crash loop guard');
  const database = simulation.database('notes');
  const warnings: string[] = [];
  const start = (): CrashLoopGuard =>
    new CrashLoopGuard(simulation.process('notes').store(database), 'notes', (_, message) => warnings.push(message));
  const isGuarded = async (guard: CrashLoopGuard, offset: number): Promise<boolean> =>
    (await simulation.settled(guard.guardedParts(batchOf(offset)))) !== undefined;

  /** A process that handles a batch until a message kills it; returns the offsets of each transaction that was begun. */
  const handle = async (offsets: readonly number[], deadly?: number): Promise<(readonly number[])[]> => {
    const guard = start();
    const begun: number[][] = [];
    const guarded = await simulation.settled(guard.guardedParts(batchOf(...offsets)));
    for (const part of guarded ?? [batchOf(...offsets)]) {
      const alive = part.filter(({ decoded: { id } }) => !guard.isDeadly(id));
      if (guarded) await simulation.settled(guard.begin(part));
      begun.push(alive.map(({ decoded: { record } }) => Number(record.offset)));
      if (alive.some(({ decoded: { record } }) => Number(record.offset) === deadly)) return begun;
      if (guarded) await simulation.settled(guard.survived(part));
    }
    return begun;
  };
  return { simulation, database, warnings, start, isGuarded, handle };
}

describe('a consumer that starts repeatedly at the same offset', () => {
  it('is guarded from the third start on, and warns', async () => {
    const { start, isGuarded, warnings } = consumers();
    const guarded: boolean[] = [];
    for (let times = 0; times < 3; times++) guarded.push(await isGuarded(start(), 7));
    expect(guarded).toEqual([false, false, true]);
    expect(warnings).toEqual(['the consumer started here repeatedly: it looks for a message that kills it']);
  });

  it('is guarded too when it got a few records further', async () => {
    const { start, isGuarded } = consumers();
    for (const offset of [7, 9]) await isGuarded(start(), offset);
    expect(await isGuarded(start(), 20)).toBe(true);
  });

  it('is not guarded when it got more than 500 records further', async () => {
    const { start, isGuarded } = consumers();
    for (const offset of [7, 600]) await isGuarded(start(), offset);
    expect(await isGuarded(start(), 1_200)).toBe(false);
  });

  it('is not guarded after orderly stops', async () => {
    const { simulation, start, isGuarded } = consumers();
    for (let times = 0; times < 5; times++) {
      const guard = start();
      expect(await isGuarded(guard, 7)).toBe(false);
      await simulation.settled(guard.stop());
    }
  });

  it('counts one start a process, however many batches it handles', async () => {
    const { start, isGuarded } = consumers();
    const guard = start();
    for (let batch = 0; batch < 5; batch++) expect(await isGuarded(guard, 7)).toBe(false);
  });

  it('handles 64 messages together while nothing crashes there', async () => {
    const { handle } = consumers();
    for (let times = 0; times < 2; times++) await handle([7], 7);
    expect(await handle(range(7, 150))).toEqual([range(7, 64), range(71, 64), range(135, 22)]);
  });
});

describe('a message that crashes its process', () => {
  it('is found alone, and is deadly after one crash with its neighbours and three alone', async () => {
    const { handle } = consumers();
    const offsets = range(0, 100);
    const transactions = [];
    for (let process = 0; process < 7; process++) transactions.push(await handle(offsets, 70));
    const [first, second, third, fourth, ...rest] = transactions;
    expect([first, second]).toEqual([[offsets], [offsets]]);
    expect(third).toEqual([range(0, 64), range(64, 36)]);
    expect(fourth?.at(-1)).toEqual([70]);
    expect(rest.map((parts) => parts.at(-1))).toEqual([[70], [70], [99]]);
    expect(rest.at(-1)).toContainEqual([]);
  });

  it('leaves its neighbours alone: what survives once is handled together again', async () => {
    const { handle, simulation, start } = consumers();
    for (let process = 0; process < 3; process++) await handle(range(0, 10), 4);
    expect(await handle(range(0, 4))).toEqual([[0], [1], [2], [3]]);
    expect(await handle(range(0, 4))).toEqual([range(0, 4)]);
    const guard = start();
    await simulation.settled(guard.guardedParts(batchOf(4)));
    expect(guard.isDeadly(idAt(4))).toBe(false);
  });

  it('is counted once a process that handles it again without surviving it', async () => {
    const { simulation, database, start } = consumers();
    const guard = start();
    for (let times = 0; times < 5; times++) await simulation.settled(guard.begin(batchOf(7)));
    const store = simulation.process('notes').store(database);
    expect(await simulation.settled(store.crashes('notes', [idAt(7)]))).toEqual(new Map([[idAt(7), 1]]));
  });
});
