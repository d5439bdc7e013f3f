import type { AskedAgain } from './asked-again.js';
import type { Drill } from './drills.js';
import { differences, type Ground } from './ground.js';

export interface DrillResult {
  readonly name: string;
  readonly title: string;
  /** What was wrong; undefined where all is as it was. */
  readonly wrong: string | undefined;
  readonly noticed: string;
  readonly messages: number;
  /** Orders that were accepted and never said, as the command named them. */
  readonly lost: number;
  readonly seconds: number;
  readonly rows: number;
}

/** One after another on the same shop: each has to leave it as it was. Ends at the first that does not. */
export async function playDrills(ground: Ground, drills: readonly Drill[], asked: AskedAgain): Promise<DrillResult[]> {
  const results: DrillResult[] = [];
  const before = await ground.content();
  const rows = Object.values(before)
    .flat()
    .reduce((sum, each) => sum + each.rows, 0);
  for (const { name, title, play } of drills) {
    ground.say(`-- ${name}: ${title}`);
    const since = performance.now();
    let [noticed, messages, lost, wrong] = ['', 0, 0, undefined as string | undefined];
    try {
      ({ noticed, messages, lost = 0 } = await play(ground, asked));
      await ground.rest();
      const others = differences(before, await ground.content());
      if (others.length > 0) throw new Error(others.join('\n'));
      await asked.check();
      await ground.audit();
    } catch (error) {
      wrong = error instanceof Error ? error.message : String(error);
    }
    results.push({ name, title, wrong, noticed, messages, lost, rows, seconds: (performance.now() - since) / 1_000 });
    if (wrong !== undefined) break;
  }
  return results;
}
