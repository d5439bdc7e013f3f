import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pointOfNoReturn, said, saga, stepNames, type Saga, type Step } from '../index.js';
import { everyStep, rehearse, Rehearsal } from './index.js';

class Word {}
interface Parcel {
  readonly id: string;
  readonly state: string;
}

const reply = (name: string): new () => object => ({ [name]: class {} })[name]!;
const step = (name: string, rest: Partial<Step<Parcel>> = {}): Step<Parcel> => ({
  name,
  ask: () => said(Word, {}),
  done: reply(`${name} done`),
  within: '30s',
  ...rest,
});
const withUndo = (name: string, rest: Partial<Step<Parcel>> = {}): Step<Parcel> =>
  step(name, {
    undo: () => said(Word, {}),
    undone: reply(`${name} undone`),
    refused: reply(`${name} refused`),
    because: () => 'no',
    ...rest,
  });
const become = (state: string) => (parcel: Parcel) => ({ subject: { ...parcel, state }, say: [said(Word, {})] });

const story = (steps: Saga<Parcel>['steps']): Saga<Parcel> =>
  saga<Parcel>('send-parcel', {
    version: 1,
    key: ({ id }) => id,
    steps,
    onFailed: become('failed'),
    onCompleted: become('sent'),
  });
const aParcel = (): Parcel => ({ id: 'p', state: 'new' });

const long = story([
  withUndo('weigh'),
  step('look up', { within: '5s' }),
  withUndo('pay', { retries: 2 }),
  withUndo('pack', { retries: 'for ever' }),
  pointOfNoReturn('promise', become('promised')),
  step('send'),
  step('tell'),
]);

everyStep(long, aParcel, { describe, it, expect });
everyStep(story([withUndo('weigh'), withUndo('pay')]), aParcel, { describe, it, expect });
everyStep(story([pointOfNoReturn('promise', become('promised')), step('send')]), aParcel, { describe, it, expect });

/** What chance may do next: the number picks one of the things that are possible. */
const move = (stage: Rehearsal<Parcel>, choice: number): void => {
  const moves: (() => void)[] = [
    ...stage.errands.map(
      (errand, at) => () =>
        stage.errands.findIndex(({ step: of }) => of === errand.step) === at &&
        stage.deliverErrand(errand, choice % 3 === 0),
    ),
    ...stage.letters.map((letter) => () => stage.deliverLetter(letter, choice % 3 === 0)),
    ...stage.deadlines.map((name) => () => stage.give({ kind: 'deadline', name })),
    ...(stage.awaited === undefined ? [] : [() => stage.give({ kind: 'deadline', name: stage.awaited! })]),
    () => stage.give({ kind: 'operator', action: choice % 2 === 0 ? 'retry' : 'push', reason: 'chance' }),
    ...(choice % 10 === 0 ? [() => stage.give({ kind: 'cancel' })] : []),
  ];
  moves[choice % moves.length]!();
};

const settle = (stage: Rehearsal<Parcel>): void => {
  for (let turn = 0; turn < 500 && !stage.over; turn++) {
    if (stage.errands[0]) stage.deliverErrand(stage.errands[0]);
    else if (stage.letters[0]) stage.deliverLetter(stage.letters[0]);
    else stage.give({ kind: 'deadline', name: stage.awaited! });
  }
  for (const errand of [...stage.errands]) stage.deliverErrand(errand);
  for (const letter of [...stage.letters]) stage.deliverLetter(letter);
};

describe('a saga to which anything happens, in any order', () => {
  it('ends in one outcome, with everything done or everything undone', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(undefined, ...stepNames(long)),
        fc.array(fc.nat(1_000), { maxLength: 60 }),
        (refuseAt, choices) => {
          const stage = new Rehearsal(
            long,
            aParcel(),
            refuseAt === 'weigh' || refuseAt === 'pay' || refuseAt === 'pack' ? refuseAt : undefined,
          );
          for (const choice of choices) move(stage, choice);
          settle(stage);
          expect(stage.faults()).toEqual([]);
          expect(stage.subject.state).toBe(stage.state!.status === 'completed' ? 'sent' : 'failed');
        },
      ),
      { numRuns: 1_000 },
    ));
});

describe('a rehearsal of a saga with a fault in it', () => {
  const naive = story([step('weigh'), withUndo('pay')]);
  it('sees what was left done by an undo that does not reach it', () => {
    const stage = new Rehearsal(naive, aParcel());
    stage.deliverErrand(stage.errands[0]!);
    expect(stage.faults()).toEqual(['it is not over: asking weigh']);
  });
  it('tells what was done, what was undone and the last word', () => {
    const { done, undone, lastWord } = rehearse(naive, aParcel(), { silentAt: 'pay' });
    expect([done, undone, lastWord]).toEqual([['weigh', 'pay'], ['pay'], 'Word']);
  });
});
