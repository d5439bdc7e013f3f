import {
  DeadLetters,
  groupDeadLetters,
  redriveOutcomes,
  type DeadLetterGroup,
  type RedriveOutcome,
} from '@tradewind/operations';
import { downIn, type Down, type Readings } from '../../readings/readings.js';

/** Of each service and kind: what blocks longest. */
export const keysRead = 5_000;
/** How many keys a button redrives, besides all. */
export const redriveSizes = [1, 10, 100] as const;
const outcomesRead = 5;

export interface DeadLettersReading {
  readonly groups: readonly DeadLetterGroup[];
  readonly outcomes: readonly (RedriveOutcome & { readonly service: string })[];
  readonly down: readonly Down[];
}

/** Groups of blocked keys, and what became of the latest redrives. */
export async function readDeadLetters(readings: Readings): Promise<DeadLettersReading> {
  const [keys, outcomes] = await Promise.all([
    readings.of('blocked keys', (database) => new DeadLetters(database).list(keysRead)),
    readings.of('redrives', (database) => redriveOutcomes(database, outcomesRead)),
  ]);
  return {
    groups: groupDeadLetters(keys.rows),
    outcomes: outcomes.rows.toSorted((a, b) => b.at.getTime() - a.at.getTime()).slice(0, outcomesRead),
    down: downIn(keys, outcomes),
  };
}
