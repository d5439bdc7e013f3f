import type { Fault, Result } from '../ground/fault.js';
import type { Ground } from '../ground/ground.js';
import { Stage, type Extent } from '../ground/stage.js';
import { Verdict } from './verdict.js';

/** Orders with an outcome before the first blow, so that it meets a shop at work. */
const warmUp = 6;

/**
 * Plays one fault on a shop that trades: load, blows, healing, rest, audit. What must hold always is looked at all the while;
 * what must hold at rest, afterwards. Never rejects: what went wrong is in the result.
 */
export async function runFault(
  ground: Ground,
  fault: Fault,
  extent: Extent,
  say: (line: string) => void,
): Promise<Result> {
  const stage = new Stage(ground, fault.id, extent, say);
  const verdict = new Verdict(fault, ground.known);
  const { accepted } = ground.load.counts;
  const mishaps = ground.load.counts.mishaps.length;
  const { looks } = ground.watch.report();
  try {
    ground.load.start(fault.pace);
    await stage.trade(warmUp);
    await fault.play(stage);
  } catch (error) {
    verdict.blame(`the scenario did not hold: ${error instanceof Error ? error.message : String(error)}`);
  }
  const healed = await ground.heal(fault.endsShop).then(
    () => true,
    (error: unknown) => verdict.blame(`the shop did not heal: ${String(error)}`),
  );
  await ground.load.stop();
  for (const mishap of ground.load.counts.mishaps.slice(mishaps))
    verdict.blame(`a buyer met what must not be: ${mishap}`);
  if (healed) await judge(ground, fault, stage, verdict);
  await ground.watch.look();
  const seen = ground.watch.report();
  verdict.find('always', seen.violations);
  if (Object.keys(stage.hits).length === 0) verdict.blame('it was never hit: nothing is proven');
  return {
    fault: fault.id,
    title: fault.title,
    hits: stage.hits,
    orders: ground.load.counts.accepted - accepted,
    recoverySeconds: stage.recoverySeconds,
    looks: seen.looks - looks,
    notes: stage.notes,
    ...verdict.result(),
  };
}

async function judge(ground: Ground, fault: Fault, stage: Stage, verdict: Verdict): Promise<void> {
  try {
    const report = await ground.audit(fault.endsShop);
    stage.recoverySeconds = (performance.now() - stage.lastBlow) / 1_000;
    verdict.hear(report);
  } catch (error) {
    verdict.blame(`the audit could not read: ${String(error)}`);
  }
}
