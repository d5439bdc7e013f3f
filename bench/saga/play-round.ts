import type { Audited, Contestant } from '../ground/contestant.js';
import type { Platform } from '../ground/platform.js';
import { say } from '../ground/say.js';
import { agreement } from './agreement.js';
import { Load } from './load.js';
import { cpuOf, measureRound, type Mode, type Round } from './measure.js';
import { products } from './orders.js';
import { Statements } from './statements.js';

export interface Plan {
  readonly mode: Mode;
  /** Seconds before the measurement, and of it. */
  readonly warmUp: number;
  readonly seconds: number;
  /** Whether to print what PostgreSQL was asked, an order. */
  readonly statements?: true;
}

/** Lets orders come to a shop, measures it, and audits its books. `before`: what was in them already. Rejects where they are not what the buyers saw. */
export async function playRound(
  platform: Platform,
  contestant: Contestant,
  plan: Plan,
  before?: Audited,
): Promise<Round> {
  const load = await Load.open(contestant, products, platform.brokers);
  const round = await measured(platform, contestant, load, plan).finally(() => load.close());
  say(`  ${agreement(await contestant.audit(), load, before)}`);
  return round;
}

/** Buyers are gone before the audit: it leaves them no time to stay in their group, and whoever joins anew hears the past once more. */
async function measured(platform: Platform, contestant: Contestant, load: Load, plan: Plan): Promise<Round> {
  const statements = plan.statements && (await Statements.open(platform.postgresUrl));
  await statements?.forget();
  const round = await measureRound(contestant, platform.processes, load, plan.mode, plan.warmUp, plan.seconds);
  if (statements) say(`\n${await statements.table(load.settled)}\n`);
  await statements?.close();
  return round;
}

/** A round in one line. */
export const lineOf = (round: Round): string =>
  `${round.perSecond.toFixed(0)} orders/s, p50 ${round.p50.toFixed(0)} ms, p99 ${round.p99.toFixed(0)} ms, ${cpuOf(round).toFixed(0)} µs an order, ${round.sentAway} sent away, processors ${(round.busy * 100).toFixed(0)} % busy, load ${round.machineLoad.toFixed(1)}`;
