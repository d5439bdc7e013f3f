import { describe, expect, it } from '@jest/globals';
import { Simulation } from '@tradewind/simulation';
import { CrashLoopGuard } from './crash-loop-guard.js';
import { decoded, idAt } from './notes.fixture.spec.js';

/** Starts consumers of one group one after another, each in a new process. */
function consumers() {
  const simulation = new Simulation('crash loop guard');
  const database = simulation.database('notes');
  const warnings: string[] = [];
  return {
    simulation,
    warnings,
    start: (): CrashLoopGuard =>
      new CrashLoopGuard(simulation.process('notes').store(database), 'notes', (_, message) => warnings.push(message)),
  };
}

describe('a consumer that starts repeatedly at the same offset', () => {
  it('is suspicious from the third start on, and warns', async () => {
    const { simulation, start, warnings } = consumers();
    const suspicious: boolean[] = [];
    for (let times = 0; times < 3; times++)
      suspicious.push(await simulation.settled(start().isSuspicious([decoded('a', 7)])));
    expect(suspicious).toEqual([false, false, true]);
    expect(warnings).toEqual(['the consumer started here repeatedly: it handles messages one by one']);
  });

  it('is suspicious too when it got a few records further', async () => {
    const { simulation, start } = consumers();
    for (const offset of [7, 9]) await simulation.settled(start().isSuspicious([decoded('a', offset)]));
    expect(await simulation.settled(start().isSuspicious([decoded('a', 20)]))).toBe(true);
  });

  it('is not suspicious when it got more than 500 records further', async () => {
    const { simulation, start } = consumers();
    for (const offset of [7, 600]) await simulation.settled(start().isSuspicious([decoded('a', offset)]));
    expect(await simulation.settled(start().isSuspicious([decoded('a', 1_200)]))).toBe(false);
  });

  it('is not suspicious after orderly stops', async () => {
    const { simulation, start } = consumers();
    for (let times = 0; times < 5; times++) {
      const guard = start();
      expect(await simulation.settled(guard.isSuspicious([decoded('a', 7)]))).toBe(false);
      await simulation.settled(guard.stop());
    }
  });

  it('counts one start a process, however many batches it handles', async () => {
    const { simulation, start } = consumers();
    const guard = start();
    for (let batch = 0; batch < 5; batch++)
      expect(await simulation.settled(guard.isSuspicious([decoded('a', 7)]))).toBe(false);
  });
});

describe('a message that crashes its process', () => {
  it('is deadly in the fourth process', async () => {
    const { simulation, start } = consumers();
    const deadly: boolean[] = [];
    for (let times = 0; times < 4; times++) deadly.push(await simulation.settled(start().isDeadly(idAt(7))));
    expect(deadly).toEqual([false, false, false, true]);
  });

  it('is counted once a process', async () => {
    const { simulation, start } = consumers();
    const guard = start();
    for (let times = 0; times < 5; times++) expect(await simulation.settled(guard.isDeadly(idAt(7)))).toBe(false);
  });

  it('is not deadly once it was handled', async () => {
    const { simulation, start } = consumers();
    for (let times = 0; times < 3; times++) {
      const guard = start();
      await simulation.settled(guard.isDeadly(idAt(7)));
      if (times === 2) await simulation.settled(guard.survived(idAt(7)));
    }
    expect(await simulation.settled(start().isDeadly(idAt(7)))).toBe(false);
  });
});
