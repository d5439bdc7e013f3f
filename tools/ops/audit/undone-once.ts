import type { SagaStory } from './saga-story.js';
import type { Findings } from './section.js';

/** How often something took effect, and pence: as the product and the payment service themselves have told it. A word that repeats an earlier one is no effect. */
export interface Happened {
  readonly reserved: number;
  readonly released: number;
  readonly takenBack: number;
  readonly taken: number;
  readonly refunded: number;
  readonly pence: { readonly taken: number; readonly refunded: number; readonly goodwill: number };
}

const never: Happened = {
  reserved: 0,
  released: 0,
  takenBack: 0,
  taken: 0,
  refunded: 0,
  pence: { taken: 0, refunded: 0, goodwill: 0 },
};

/** An undo takes effect once if and only if its step did, be it that the step succeeded only after its undo was asked for. */
export function checkUndone(
  order: string,
  stories: readonly SagaStory[],
  happened: Happened = never,
  findings: Findings,
): void {
  const ids = { order };
  for (const what of ['reserved', 'released', 'takenBack', 'taken', 'refunded'] as const) {
    if (happened[what] > 1) findings.report(`${words[what]} ${happened[what]} times`, ids, 'doubled');
  }
  findings.count('undos that took effect', happened.released + happened.takenBack + happened.refunded);
  // what was seen to by hand was not done by the shop, and what is under way is not to be judged yet
  if (
    stories.some(
      ({ status, journal }) => status === 'running' || status === 'undoing' || journal.some(({ skipped }) => skipped),
    )
  )
    return;
  const placing = stories.find(({ saga }) => saga === 'place-order');
  const cancelled = stories.some(({ saga, status }) => saga === 'cancel-order' && status === 'completed');
  if (placing?.status === 'failed') mustBeUndone(happened, 'released', ids, findings);
  else if (placing?.status === 'completed' && cancelled) mustBeUndone(happened, 'takenBack', ids, findings);
  else if (placing?.status === 'completed') mustStand(happened, ids, findings);
}

const words = {
  reserved: 'reserved',
  released: 'released',
  takenBack: 'taken back',
  taken: 'captured',
  refunded: 'given back in full',
} as const;

/** The goods went back by the one way that fits, the money less what had been given out of goodwill. */
function mustBeUndone(
  { reserved, released, takenBack, pence }: Happened,
  way: 'released' | 'takenBack',
  ids: Readonly<Record<string, string>>,
  findings: Findings,
): void {
  const back = way === 'released' ? released : takenBack;
  const otherwise = way === 'released' ? takenBack : released;
  if (reserved !== back)
    findings.report(
      `reserved ${reserved} times, ${words[way]} ${back} times`,
      ids,
      back > reserved ? 'doubled' : 'stuck',
    );
  if (otherwise > 0)
    findings.report(
      `${words[way === 'released' ? 'takenBack' : 'released']}, although it should be ${words[way]}`,
      ids,
    );
  const due = pence.taken - pence.goodwill;
  if (pence.refunded !== due)
    findings.report(
      `captured ${pence.taken}, given back ${pence.refunded} and ${pence.goodwill} out of goodwill`,
      ids,
      pence.refunded > due ? 'doubled' : 'stuck',
    );
}

/** Confirmed for good: its goods were set aside, and nothing was undone. That it is paid is said by the books (G1). */
function mustStand(
  { reserved, released, takenBack, refunded }: Happened,
  ids: Readonly<Record<string, string>>,
  findings: Findings,
): void {
  if (reserved === 0) findings.report('completed, and its goods were never reserved', ids, 'lost');
  for (const [undo, times] of Object.entries({ released, 'taken back': takenBack, 'given back in full': refunded })) {
    if (times > 0) findings.report(`${undo} after the point of no return`, ids);
  }
}
