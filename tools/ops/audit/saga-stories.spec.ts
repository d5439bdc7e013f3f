import { describe, expect, it } from '@jest/globals';
import { said } from '../testing/said.js';
import { checkSagaStories, type StoryFacts } from './saga-stories.js';
import type { Observed, SagaStory } from './saga-story.js';
import type { Happened } from './undone-once.js';

/** Lines as one would write them down: `asking a → asking b (reply)`. */
const journal = (...lines: string[]): Observed[] =>
  lines.map((line) => {
    const [, from, to, cause] = /^(.+) → (.+) \((\w+)\)$/.exec(line)!;
    return { from: from!, to: to!, cause: cause!, skipped: cause === 'skip' };
  });
const bought = [
  'not started → asking reserve stock (start)',
  'asking reserve stock → asking take payment (reply)',
  'asking take payment → passed confirm (reply)',
  'passed confirm → asking hand over the goods (reply)',
  'asking hand over the goods → completed (reply)',
];
const timedOut = [
  'not started → asking reserve stock (start)',
  'asking reserve stock → asking take payment (reply)',
  'asking take payment → undoing take payment (deadline)',
  'undoing take payment → undoing reserve stock (reply)',
  'undoing reserve stock → failed (reply)',
];
const placing: SagaStory = {
  id: 'place-order:o',
  saga: 'place-order',
  version: 1,
  subject: 'o',
  status: 'completed',
  step: null,
  journal: journal(...bought),
};
const cancelling: SagaStory = {
  ...placing,
  id: 'cancel-order:o',
  saga: 'cancel-order',
  journal: journal(
    'not started → passed accept the cancellation (start)',
    'passed accept the cancellation → asking give the money back (start)',
    'asking give the money back → asking take the goods back (reply)',
    'asking take the goods back → completed (reply)',
  ),
};
const failed: SagaStory = { ...placing, status: 'failed', journal: journal(...timedOut) };
const stands: Happened = {
  reserved: 1,
  released: 0,
  takenBack: 0,
  taken: 1,
  refunded: 0,
  pence: { taken: 500, refunded: 0, goodwill: 0 },
};
const undone: Happened = { ...stands, released: 1, refunded: 1, pence: { taken: 500, refunded: 500, goodwill: 0 } };
const asked = { 'stock.reserve': 1, 'payment.take': 1, 'stock.sell': 1 };
const askedBack = { 'stock.reserve': 1, 'payment.take': 1, 'payment.refund': 1, 'stock.release': 1 };

const sound: StoryFacts = {
  sagas: [placing],
  orphans: [],
  commands: new Map([['o', asked]]),
  happened: new Map([['o', stands]]),
  held: new Set(),
};
const found = (wrong: Partial<StoryFacts>): string[] => said(checkSagaStories({ ...sound, ...wrong }));
const going = (story: Partial<SagaStory>, commands: Record<string, number> = asked): string[] =>
  found({ sagas: [{ ...placing, ...story }], commands: new Map([['o', commands]]) });
const after = (story: SagaStory, happened: Partial<Happened>, commands: Record<string, number>): string[] =>
  found({
    sagas: story === cancelling ? [placing, cancelling] : [story],
    commands: new Map([['o', commands]]),
    happened: new Map([['o', { ...stands, ...happened }]]),
  });

describe('a saga that goes the declared way', () => {
  it('has no violation', () => expect(found({})).toEqual([]));
  it('is counted', () =>
    expect(checkSagaStories(sound).counted).toEqual({
      sagas: 1,
      transitions: 5,
      commands: 3,
      'undos that took effect': 0,
      'seen to by hand': 0,
    }));
  it('may repeat a step', () =>
    expect(
      going(
        { journal: journal(...bought, 'asking hand over the goods → asking hand over the goods (deadline)') },
        { ...asked, 'stock.sell': 2 },
      ),
    ).toEqual([]));
  it('may be told in any order', () => expect(going({ journal: journal(...bought.toReversed()) })).toEqual([]));
  it('may be under way', () =>
    expect(
      going(
        { status: 'running', step: 'take payment', journal: journal(...bought.slice(0, 2)) },
        { 'stock.reserve': 1, 'payment.take': 1 },
      ),
    ).toEqual([]));
  it('may fail, and undo what it did', () => expect(after(failed, undone, askedBack)).toEqual([]));
  it('may be followed by its cancellation', () =>
    expect(
      after(
        cancelling,
        { takenBack: 1, refunded: 1, pence: { taken: 500, refunded: 400, goodwill: 100 } },
        { ...asked, 'payment.refund': 1, 'stock.take-back': 1 },
      ),
    ).toEqual([]));
});

describe('a saga that goes astray', () => {
  it('takes a step that nobody has declared', () =>
    expect(
      going(
        { journal: journal(bought[0]!, 'asking reserve stock → passed confirm (reply)', ...bought.slice(3)) },
        { 'stock.reserve': 1, 'stock.sell': 1 },
      ),
    ).toEqual(['undeclared: asking reserve stock → passed confirm (reply)']));
  it('takes a declared step for another cause', () =>
    expect(
      going({ journal: journal(...bought.slice(0, 4), 'asking hand over the goods → completed (deadline)') }),
    ).toEqual(['undeclared: asking hand over the goods → completed (deadline)']));
  it('is of a version that nobody has declared', () =>
    expect(going({ version: 9 })).toContain('a story that nobody has declared: place-order, version 9'));
  it('has lost a line', () =>
    expect(going({ journal: journal(...bought.slice(0, 2), ...bought.slice(3)) })).toEqual([
      'its journal is no way from its beginning to "completed": it breaks at "asking take payment"',
    ]));
  it('has a line twice', () =>
    expect(going({ journal: journal(...bought, bought[1]!) })).toContain(
      'its journal is no way from its beginning to "completed": it breaks at "asking reserve stock"',
    ));
  it('stands elsewhere than its journal says', () =>
    expect(going({ status: 'running', step: 'hand over the goods' })).toEqual([
      'its journal is no way from its beginning to "asking hand over the goods": it breaks at "asking hand over the goods"',
    ]));
  it('has a journal in two pieces', () =>
    expect(
      going(
        { journal: journal(...bought, 'undoing reserve stock → undoing reserve stock (deadline)') },
        { ...asked, 'stock.release': 1 },
      ),
    ).toContain('its journal is in two pieces: nothing leads to "undoing reserve stock"'));
  it('undoes something after its point of no return', () =>
    expect(
      going(
        {
          status: 'failed',
          journal: journal(
            ...bought.slice(0, 4),
            'asking hand over the goods → undoing reserve stock (deadline)',
            timedOut[4]!,
          ),
        },
        { ...asked, 'stock.release': 1 },
      ),
    ).toContain('it has passed its point of no return, and undone something'));
  it('has a journal and no row', () =>
    expect(found({ orphans: [{ saga: 'place-order:x', lines: 3 }] })).toEqual([
      '3 lines in the journal of a saga that is not there',
    ]));
});

describe('the commands of a saga', () => {
  it('are not said more often than it came to them', () =>
    expect(going({}, { ...asked, 'payment.take': 2 })).toEqual([
      'payment.take was said 2 times, its sagas came to it 1 times',
    ]));
  it('are not left out', () =>
    expect(going({}, { 'stock.reserve': 1, 'payment.take': 1 })).toEqual([
      'stock.sell was said 0 times, its sagas came to it 1 times',
    ]));
  it('are no others', () =>
    expect(going({}, { ...asked, 'payment.refund': 1 })).toEqual([
      'payment.refund was said 1 times, its sagas came to it 0 times',
    ]));
  it('are for an order that has one', () =>
    expect(
      found({
        commands: new Map([
          ['o', asked],
          ['x', asked],
        ]),
      }),
    ).toEqual(['commands for an order without a saga']));
});

describe('what a failed order had done', () => {
  it('is undone', () =>
    expect(after(failed, {}, askedBack)).toEqual([
      'reserved 1 times, released 0 times',
      'captured 500, given back 0 and 0 out of goodwill',
    ]));
  it('is undone though it succeeded only after its undo was asked for', () =>
    expect(after(failed, { ...undone, reserved: 1, released: 0 }, askedBack)).toEqual([
      'reserved 1 times, released 0 times',
    ]));
  it('is undone once', () =>
    expect(after(failed, { ...undone, released: 2 }, askedBack)).toEqual([
      'released 2 times',
      'reserved 1 times, released 2 times',
    ]));
  it('is not undone where it was not done', () =>
    expect(after(failed, { ...undone, reserved: 0 }, askedBack)).toEqual(['reserved 0 times, released 1 times']));
  it('is given back to the penny', () =>
    expect(after(failed, { ...undone, pence: { taken: 500, refunded: 600, goodwill: 0 } }, askedBack)).toEqual([
      'captured 500, given back 600 and 0 out of goodwill',
    ]));
  it('may stand while an operator holds the order', () =>
    expect(found({ sagas: [failed], commands: new Map([['o', askedBack]]), held: new Set(['o']) })).toEqual([]));
  it('may stand where it was seen to by hand', () => {
    const byHand = failed.journal.map((line) =>
      line.from === 'undoing take payment' ? { ...line, cause: 'operator', skipped: true } : line,
    );
    expect(found({ sagas: [{ ...failed, journal: byHand }], commands: new Map([['o', askedBack]]) })).toEqual([]);
  });
});

describe('what a confirmed order had done', () => {
  it('stands', () => expect(after(placing, { released: 1 }, asked)).toEqual(['released after the point of no return']));
  it('is not given back', () =>
    expect(after(placing, { refunded: 1 }, asked)).toEqual(['given back in full after the point of no return']));
  it('was done', () =>
    expect(after(placing, { reserved: 0 }, asked)).toEqual(['completed, and its goods were never reserved']));
  it('is taken back, not released, when it is cancelled', () =>
    expect(
      after(
        cancelling,
        { released: 1, refunded: 1, pence: { taken: 500, refunded: 500, goodwill: 0 } },
        { ...asked, 'payment.refund': 1, 'stock.take-back': 1 },
      ),
    ).toEqual(['reserved 1 times, taken back 0 times', 'released, although it should be taken back']));
});
