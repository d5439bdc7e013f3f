import { isOpen, type SagaHistory } from './saga-history.js';
import type { Findings } from './section.js';

/** How often each step took effect for one order, by the events of product and payment. An event that repeats an earlier one does not count. */
export interface ParticipantEffects {
  readonly reserved: number;
  readonly released: number;
  readonly takenBack: number;
  readonly taken: number;
  readonly refunded: number;
  readonly pence: { readonly taken: bigint; readonly refunded: bigint; readonly goodwill: bigint };
}

const none: ParticipantEffects = {
  reserved: 0,
  released: 0,
  takenBack: 0,
  taken: 0,
  refunded: 0,
  pence: { taken: 0n, refunded: 0n, goodwill: 0n },
};

/** A compensation takes effect once if and only if its step did, even if the step succeeded after its compensation was requested. */
export function checkCompensations(
  order: string,
  sagas: readonly SagaHistory[],
  effects: ParticipantEffects = none,
  findings: Findings,
): void {
  const ids = { order };
  for (const what of ['reserved', 'released', 'takenBack', 'taken', 'refunded'] as const) {
    if (effects[what] > 1) findings.report(`${labels[what]} ${effects[what]} times`, ids, 'doubled');
  }
  findings.count('compensations that took effect', effects.released + effects.takenBack + effects.refunded);
  // A skipped step was done by an operator, not by the shop, and a saga that has not ended can't be judged yet.
  if (sagas.some(({ status, transitions }) => isOpen(status) || transitions.some(({ skipped }) => skipped))) return;
  const placing = sagas.find(({ saga }) => saga === 'place-order');
  const cancelled = sagas.some(({ saga, status }) => saga === 'cancel-order' && status === 'completed');
  if (placing?.status === 'failed') mustBeCompensated(effects, 'released', ids, findings);
  else if (placing?.status === 'completed' && cancelled) mustBeCompensated(effects, 'takenBack', ids, findings);
  else if (placing?.status === 'completed') mustNotBeCompensated(effects, ids, findings);
}

const labels = {
  reserved: 'reserved',
  released: 'released',
  takenBack: 'taken back',
  taken: 'captured',
  refunded: 'refunded in full',
} as const;

/** The goods went back in the expected way, and the money was refunded less the goodwill. */
function mustBeCompensated(
  { reserved, released, takenBack, pence }: ParticipantEffects,
  expected: 'released' | 'takenBack',
  ids: Readonly<Record<string, string>>,
  findings: Findings,
): void {
  const other = expected === 'released' ? 'takenBack' : 'released';
  const [times, otherTimes] = expected === 'released' ? [released, takenBack] : [takenBack, released];
  if (reserved !== times)
    findings.report(
      `reserved ${reserved} times, ${labels[expected]} ${times} times`,
      ids,
      times > reserved ? 'doubled' : 'stuck',
    );
  if (otherTimes > 0) findings.report(`${labels[other]}, although it should be ${labels[expected]}`, ids);
  const due = pence.taken - pence.goodwill;
  if (pence.refunded !== due)
    findings.report(
      `captured ${pence.taken}, refunded ${pence.refunded}, and ${pence.goodwill} as goodwill`,
      ids,
      pence.refunded > due ? 'doubled' : 'stuck',
    );
}

/** A confirmed order: its goods were reserved, and nothing was compensated. G1 checks the payment. */
function mustNotBeCompensated(
  effects: ParticipantEffects,
  ids: Readonly<Record<string, string>>,
  findings: Findings,
): void {
  if (effects.reserved === 0) findings.report('completed, and its goods were never reserved', ids, 'lost');
  for (const what of ['released', 'takenBack', 'refunded'] as const) {
    if (effects[what] > 0) findings.report(`${labels[what]} after the point of no return`, ids);
  }
}
