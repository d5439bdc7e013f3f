import { describe, expect, it } from '@jest/globals';
import { textsOf } from './violation-texts.js';
import { checkSagas, type SagaFacts } from './sagas.js';
import type { ObservedTransition, SagaHistory } from './saga-history.js';
import type { ParticipantEffects } from './compensations.js';

/** Transitions in their text form: `executing a → executing b (reply)`. */
const transitions = (...lines: string[]): ObservedTransition[] =>
  lines.map((line) => {
    const [, from, to, cause] = /^(.+) → (.+) \((\w+)\)$/.exec(line)!;
    return { from: from!, to: to!, cause: cause!, skipped: cause === 'skip' };
  });
const bought = [
  'not started → executing reserve stock (start)',
  'executing reserve stock → executing take payment (reply)',
  'executing take payment → passed confirm (reply)',
  'passed confirm → executing sell stock (reply)',
  'executing sell stock → completed (reply)',
];
const timedOut = [
  'not started → executing reserve stock (start)',
  'executing reserve stock → executing take payment (reply)',
  'executing take payment → compensating take payment (timeout)',
  'compensating take payment → compensating reserve stock (reply)',
  'compensating reserve stock → failed (reply)',
];
const placing: SagaHistory = {
  id: 'place-order:o',
  saga: 'place-order',
  version: 1,
  subject: 'o',
  status: 'completed',
  step: null,
  transitions: transitions(...bought),
};
const cancelling: SagaHistory = {
  ...placing,
  id: 'cancel-order:o',
  saga: 'cancel-order',
  transitions: transitions(
    'not started → passed accept cancellation (start)',
    'passed accept cancellation → executing refund payment (start)',
    'executing refund payment → executing take back stock (reply)',
    'executing take back stock → completed (reply)',
  ),
};
const failed: SagaHistory = { ...placing, status: 'failed', transitions: transitions(...timedOut) };
const standing: ParticipantEffects = {
  reserved: 1,
  released: 0,
  takenBack: 0,
  taken: 1,
  refunded: 0,
  pence: { taken: 500n, refunded: 0n, goodwill: 0n },
};
const compensated: ParticipantEffects = {
  ...standing,
  released: 1,
  refunded: 1,
  pence: { taken: 500n, refunded: 500n, goodwill: 0n },
};
const commandsOfPurchase = { 'stock.reserve': 1, 'payment.take': 1, 'stock.sell': 1 };
const commandsOfFailure = { 'stock.reserve': 1, 'payment.take': 1, 'payment.refund': 1, 'stock.release': 1 };

const sound: SagaFacts = {
  sagas: [placing],
  orphans: [],
  commands: new Map([['o', commandsOfPurchase]]),
  effects: new Map([['o', standing]]),
  waiting: new Set(),
};
const found = (wrong: Partial<SagaFacts>): string[] => textsOf(checkSagas({ ...sound, ...wrong }));
const withHistory = (saga: Partial<SagaHistory>, commands: Record<string, number> = commandsOfPurchase): string[] =>
  found({ sagas: [{ ...placing, ...saga }], commands: new Map([['o', commands]]) });
const withEffects = (
  saga: SagaHistory,
  effects: Partial<ParticipantEffects>,
  commands: Record<string, number>,
): string[] =>
  found({
    sagas: saga === cancelling ? [placing, cancelling] : [saga],
    commands: new Map([['o', commands]]),
    effects: new Map([['o', { ...standing, ...effects }]]),
  });

describe('a saga with declared transitions', () => {
  it('has no violation', () => expect(found({})).toEqual([]));
  it('is counted', () =>
    expect(checkSagas(sound).counted).toEqual({
      sagas: 1,
      transitions: 5,
      commands: 3,
      'compensations that took effect': 0,
      'skipped steps': 0,
    }));
  it('may repeat a step', () =>
    expect(
      withHistory(
        {
          transitions: transitions(...bought, 'executing sell stock → executing sell stock (timeout)'),
        },
        { ...commandsOfPurchase, 'stock.sell': 2 },
      ),
    ).toEqual([]));
  it('may have its transitions in any order', () =>
    expect(withHistory({ transitions: transitions(...bought.toReversed()) })).toEqual([]));
  it('may still run', () =>
    expect(
      withHistory(
        { status: 'running', step: 'take payment', transitions: transitions(...bought.slice(0, 2)) },
        { 'stock.reserve': 1, 'payment.take': 1 },
      ),
    ).toEqual([]));
  it('may fail, and compensate its steps', () =>
    expect(withEffects(failed, compensated, commandsOfFailure)).toEqual([]));
  it('may be followed by its cancellation', () =>
    expect(
      withEffects(
        cancelling,
        { takenBack: 1, refunded: 1, pence: { taken: 500n, refunded: 400n, goodwill: 100n } },
        { ...commandsOfPurchase, 'payment.refund': 1, 'stock.take-back': 1 },
      ),
    ).toEqual([]));
});

describe('a saga with a fault', () => {
  it('makes an undeclared transition', () =>
    expect(
      withHistory(
        {
          transitions: transitions(bought[0]!, 'executing reserve stock → passed confirm (reply)', ...bought.slice(3)),
        },
        { 'stock.reserve': 1, 'stock.sell': 1 },
      ),
    ).toEqual(['undeclared: executing reserve stock → passed confirm (reply)']));
  it('makes a declared transition with another cause', () =>
    expect(
      withHistory({
        transitions: transitions(...bought.slice(0, 4), 'executing sell stock → completed (timeout)'),
      }),
    ).toEqual(['undeclared: executing sell stock → completed (timeout)']));
  it('has an undeclared version', () =>
    expect(withHistory({ version: 9 })).toContain('an undeclared saga: place-order, version 9'));
  it('lacks a transition', () =>
    expect(withHistory({ transitions: transitions(...bought.slice(0, 2), ...bought.slice(3)) })).toEqual([
      'its history is no path from its beginning to "completed": it breaks at "executing take payment"',
    ]));
  it('has a transition twice', () =>
    expect(withHistory({ transitions: transitions(...bought, bought[1]!) })).toContain(
      'its history is no path from its beginning to "completed": it breaks at "executing reserve stock"',
    ));
  it('is at another step than its history says', () =>
    expect(withHistory({ status: 'running', step: 'sell stock' })).toEqual([
      'its history is no path from its beginning to "executing sell stock": it breaks at "executing sell stock"',
    ]));
  it('has a history in two parts', () =>
    expect(
      withHistory(
        { transitions: transitions(...bought, 'compensating reserve stock → compensating reserve stock (timeout)') },
        { ...commandsOfPurchase, 'stock.release': 1 },
      ),
    ).toContain('its history is in two parts: nothing leads to "compensating reserve stock"'));
  it('compensates something after its point of no return', () =>
    expect(
      withHistory(
        {
          status: 'failed',
          transitions: transitions(
            ...bought.slice(0, 4),
            'executing sell stock → compensating reserve stock (timeout)',
            timedOut[4]!,
          ),
        },
        { ...commandsOfPurchase, 'stock.release': 1 },
      ),
    ).toContain('it compensated something after its point of no return'));
  it('has transitions and no row', () =>
    expect(found({ orphans: [{ saga: 'place-order:x', transitions: 3 }] })).toEqual([
      '3 transitions of a saga that does not exist',
    ]));
});

describe('the commands of a saga', () => {
  it('are not published more often than it reached them', () =>
    expect(withHistory({}, { ...commandsOfPurchase, 'payment.take': 2 })).toEqual([
      'payment.take was published 2 times, its sagas reached it 1 times',
    ]));
  it('are not omitted', () =>
    expect(withHistory({}, { 'stock.reserve': 1, 'payment.take': 1 })).toEqual([
      'stock.sell was published 0 times, its sagas reached it 1 times',
    ]));
  it('are no others', () =>
    expect(withHistory({}, { ...commandsOfPurchase, 'payment.refund': 1 })).toEqual([
      'payment.refund was published 1 times, its sagas reached it 0 times',
    ]));
  it('belong to an order with a saga', () =>
    expect(
      found({
        commands: new Map([
          ['o', commandsOfPurchase],
          ['x', commandsOfPurchase],
        ]),
      }),
    ).toEqual(['commands for an order without a saga']));
});

describe('the completed steps of a failed order', () => {
  it('are compensated', () =>
    expect(withEffects(failed, {}, commandsOfFailure)).toEqual([
      'reserved 1 times, released 0 times',
      'captured 500, refunded 0, and 0 as goodwill',
    ]));
  it('are compensated even if they succeed after their compensation', () =>
    expect(withEffects(failed, { ...compensated, reserved: 1, released: 0 }, commandsOfFailure)).toEqual([
      'reserved 1 times, released 0 times',
    ]));
  it('are compensated once', () =>
    expect(withEffects(failed, { ...compensated, released: 2 }, commandsOfFailure)).toEqual([
      'released 2 times',
      'reserved 1 times, released 2 times',
    ]));
  it('are not compensated without having succeeded', () =>
    expect(withEffects(failed, { ...compensated, reserved: 0 }, commandsOfFailure)).toEqual([
      'reserved 0 times, released 1 times',
    ]));
  it('are refunded exactly', () =>
    expect(
      withEffects(failed, { ...compensated, pence: { taken: 500n, refunded: 600n, goodwill: 0n } }, commandsOfFailure),
    ).toEqual(['captured 500, refunded 600, and 0 as goodwill']));
  it('may stay while the order waits for an operator', () =>
    expect(found({ sagas: [failed], commands: new Map([['o', commandsOfFailure]]), waiting: new Set(['o']) })).toEqual(
      [],
    ));
  it('may stay where an operator skipped a step', () => {
    const withSkip = failed.transitions.map((transition) =>
      transition.from === 'compensating take payment'
        ? { ...transition, cause: 'operator', skipped: true }
        : transition,
    );
    expect(
      found({ sagas: [{ ...failed, transitions: withSkip }], commands: new Map([['o', commandsOfFailure]]) }),
    ).toEqual([]);
  });
});

describe('the completed steps of a confirmed order', () => {
  it('stay', () =>
    expect(withEffects(placing, { released: 1 }, commandsOfPurchase)).toEqual([
      'released after the point of no return',
    ]));
  it('are not refunded', () =>
    expect(withEffects(placing, { refunded: 1 }, commandsOfPurchase)).toEqual([
      'refunded in full after the point of no return',
    ]));
  it('exist', () =>
    expect(withEffects(placing, { reserved: 0 }, commandsOfPurchase)).toEqual([
      'completed, and its goods were never reserved',
    ]));
  it('are taken back, not released, by a cancellation', () =>
    expect(
      withEffects(
        cancelling,
        { released: 1, refunded: 1, pence: { taken: 500n, refunded: 500n, goodwill: 0n } },
        { ...commandsOfPurchase, 'payment.refund': 1, 'stock.take-back': 1 },
      ),
    ).toEqual(['reserved 1 times, taken back 0 times', 'released, although it should be taken back']));
});
