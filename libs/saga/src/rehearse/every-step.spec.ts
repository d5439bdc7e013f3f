import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pointOfNoReturn, message, defineSaga, stepNames, type Saga, type Step } from '../index.js';
import { everyStep, rehearse, Rehearsal } from './index.js';

class Sent {}
interface Parcel {
  readonly id: string;
  readonly state: string;
}

const reply = (name: string): new () => object => ({ [name]: class {} })[name]!;
const step = (name: string, rest: Partial<Step<Parcel>> = {}): Step<Parcel> => ({
  name,
  command: () => message(Sent, {}),
  success: reply(`${name} done`),
  timeout: '30s',
  ...rest,
});
const withCompensation = (name: string, rest: Partial<Step<Parcel>> = {}): Step<Parcel> =>
  step(name, {
    compensation: () => message(Sent, {}),
    compensated: reply(`${name} compensated`),
    failure: reply(`${name} failed`),
    failureReason: () => 'no',
    ...rest,
  });
const become = (state: string) => (parcel: Parcel) => ({
  subject: { ...parcel, state },
  messages: [message(Sent, {})],
});

const parcels = { name: 'parcels', keyOf: ({ id }: Parcel) => id };

const aSaga = (steps: Saga<Parcel>['steps']): Saga<Parcel> =>
  defineSaga<Parcel>('send-parcel', parcels, {
    steps,
    onFailed: become('failed'),
    onCompleted: become('sent'),
  });
const aParcel = (): Parcel => ({ id: 'p', state: 'new' });

const long = aSaga([
  withCompensation('weigh'),
  step('look up', { timeout: '5s' }),
  withCompensation('pay', { retries: 2 }),
  withCompensation('pack', { retries: 'forever' }),
  pointOfNoReturn('promise', become('promised')),
  step('send'),
  step('notify'),
]);

everyStep(long, aParcel, { describe, it, expect });
everyStep(aSaga([withCompensation('weigh'), withCompensation('pay')]), aParcel, { describe, it, expect });
everyStep(aSaga([pointOfNoReturn('promise', become('promised')), step('send')]), aParcel, { describe, it, expect });
everyStep(aSaga([withCompensation('weigh', { retries: 1 }), step('send', { retries: 'forever' })]), aParcel, {
  describe,
  it,
  expect,
});

/** Makes one of the possible things happen; the number picks it. */
const move = (rehearsal: Rehearsal<Parcel>, choice: number): void => {
  const moves: (() => void)[] = [
    ...rehearsal.commands.map(
      (command, at) => () =>
        rehearsal.commands.findIndex(({ step: of }) => of === command.step) === at &&
        rehearsal.deliverCommand(command, choice % 3 === 0),
    ),
    ...rehearsal.replies.map((pending) => () => rehearsal.deliverReply(pending, choice % 3 === 0)),
    ...rehearsal.timeouts.map((name) => () => rehearsal.apply({ kind: 'timeout', name })),
    ...(rehearsal.runningTimeout === undefined
      ? []
      : [rehearsal.runningTimeout].map((name) => () => rehearsal.apply({ kind: 'timeout', name }))),
    () => rehearsal.apply({ kind: 'operator', action: choice % 2 === 0 ? 'retry' : 'expire', reason: 'random' }),
    ...(choice % 10 === 0 ? [() => rehearsal.apply({ kind: 'cancel' })] : []),
  ];
  moves[choice % moves.length]!();
};

const settle = (rehearsal: Rehearsal<Parcel>): void => {
  for (let moves = 0; moves < 500 && !rehearsal.isOver; moves++) {
    if (rehearsal.commands[0]) rehearsal.deliverCommand(rehearsal.commands[0]);
    else if (rehearsal.replies[0]) rehearsal.deliverReply(rehearsal.replies[0]);
    else rehearsal.apply({ kind: 'timeout', name: rehearsal.runningTimeout! });
  }
  for (const command of [...rehearsal.commands]) rehearsal.deliverCommand(command);
  for (const pending of [...rehearsal.replies]) rehearsal.deliverReply(pending);
};

describe('a saga with random deliveries, timeouts and operator actions', () => {
  it('ends in one outcome, with everything done or everything compensated', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(undefined, ...stepNames(long)),
        fc.array(fc.nat(1_000), { maxLength: 60 }),
        (failAt, choices) => {
          const rehearsal = new Rehearsal(
            long,
            aParcel(),
            failAt === 'weigh' || failAt === 'pay' || failAt === 'pack' ? failAt : undefined,
          );
          for (const choice of choices) move(rehearsal, choice);
          settle(rehearsal);
          expect(rehearsal.violations()).toEqual([]);
          expect(rehearsal.subject.state).toBe(rehearsal.state.status === 'completed' ? 'sent' : 'failed');
        },
      ),
      { numRuns: 1_000 },
    ));
});

describe('a rehearsal of a faulty saga', () => {
  const naive = aSaga([step('weigh'), withCompensation('pay')]);
  it('reports a saga that is not over', () => {
    const rehearsal = new Rehearsal(naive, aParcel());
    rehearsal.deliverCommand(rehearsal.commands[0]!);
    expect(rehearsal.violations()).toEqual(['it is not over: executing weigh']);
  });
  it('lists what was done, what was compensated and the last message', () => {
    const { done, compensated, lastMessage } = rehearse(naive, aParcel(), { lateReplyAt: 'pay' });
    expect([done, compensated, lastMessage]).toEqual([['weigh', 'pay'], ['pay'], 'Sent']);
  });
});
