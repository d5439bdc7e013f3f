import type { RepeatedRequests } from './repeated-requests.js';
import type { Drill } from './drill.js';
import { differences, type DrillEnvironment } from './environment.js';

export interface DrillResult {
  readonly name: string;
  readonly title: string;
  /** What is wrong; undefined when the shop is as before. */
  readonly wrong: string | undefined;
  readonly noticed: string | undefined;
  readonly messages: number;
  /** Orders that were accepted but never published, as the command listed them. */
  readonly lost: number;
  readonly seconds: number;
  readonly rows: number;
}

/** Runs drills one after another on one shop. Each must leave the shop as it was, but for those that change content, which come last; the first that does not ends the run. */
export async function runDrills(
  environment: DrillEnvironment,
  drills: readonly Drill[],
  requests: RepeatedRequests,
): Promise<DrillResult[]> {
  const results: DrillResult[] = [];
  const before = await environment.readContent();
  const rows = Object.values(before)
    .flat()
    .reduce((sum, each) => sum + each.rows, 0);
  for (const { name, title, changesContent, run } of drills) {
    environment.log(`-- ${name}: ${title}`);
    const since = performance.now();
    let [messages, lost] = [0, 0];
    let [noticed, wrong]: (string | undefined)[] = [];
    try {
      ({ noticed, messages, lost = 0 } = await run(environment, requests));
      await environment.waitUntilIdle();
      const changes = changesContent ? [] : differences(before, await environment.readContent());
      if (changes.length > 0) throw new Error(changes.join('\n'));
      await requests.repeat();
      await environment.audit();
    } catch (error) {
      wrong = error instanceof Error ? error.message : String(error);
    }
    results.push({ name, title, wrong, noticed, messages, lost, rows, seconds: (performance.now() - since) / 1_000 });
    if (wrong !== undefined) break;
  }
  return results;
}
