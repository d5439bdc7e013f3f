import { isStep } from '../definition.js';
import { stepNames, type Saga } from '../saga.js';
import { stuckAfterAttempts } from '../step-timeout.js';
import { rehearse, type RehearsalFaults, type RehearsalResult } from './rehearse.js';

/** What the suite needs of a test runner: Jest, Vitest and Node's own have it. */
export interface TestRunner {
  readonly describe: (name: string, tests: () => void) => unknown;
  readonly it: (name: string, test: () => void) => unknown;
  readonly expect: (value: unknown) => { toEqual(expected: unknown): unknown };
}

/**
 * The suite that every saga must pass, over each of its steps: failure, late reply, late command, duplicates, repeated
 * compensation, reordered replies, cancellation, operator actions. One line in the spec of the saga:
 * `everyStep(placeOrder, aPendingOrder, { describe, it, expect })`.
 */
export function everyStep<S>(saga: Saga<S>, aSubject: () => S, { describe, it, expect }: TestRunner): void {
  const run = (faults: RehearsalFaults): RehearsalResult<S> => rehearse(saga, aSubject(), faults);
  const plain = run({});
  const names = stepNames(saga);
  const point = saga.steps.findIndex((entry) => !isStep(entry));
  const steps = saga.steps.filter(isStep).map((step) => ({
    ...step,
    mayFail: point < 0 || saga.steps.indexOf(step) < point,
    isCompensable: step.compensation !== undefined,
  }));
  const failing = steps.filter((step) => step.mayFail);
  const last = failing.at(-1)?.name;
  const compensableBefore = (name: string): string[] =>
    steps
      .slice(0, names.indexOf(name))
      .filter((step) => step.isCompensable)
      .map((step) => step.name);
  const compensatedFrom = (step: { name: string; isCompensable: boolean }): string[] => [
    ...(step.isCompensable ? [step.name] : []),
    ...compensableBefore(step.name).toReversed(),
  ];

  describe(`${saga.name}, when every participant replies`, () => {
    it('executes every step once and completes', () =>
      expect([plain.done, plain.compensated, plain.state.status, plain.violations]).toEqual([
        names,
        [],
        'completed',
        [],
      ]));
    it('changes nothing when every message arrives twice', () => {
      const twice = run({ duplicates: true });
      expect([twice.messages, twice.subject, twice.violations]).toEqual([plain.messages, plain.subject, []]);
    });
  });

  for (const step of failing.filter(({ failure }) => failure)) {
    describe(`${saga.name}, when "${step.name}" fails`, () => {
      const result = run({ failAt: step.name });
      it('compensates what was done, newest first', () =>
        expect([result.compensated, result.violations]).toEqual([compensableBefore(step.name).toReversed(), []]));
      it('fails for that reason', () =>
        expect([result.state.status, result.state.failure?.kind]).toEqual(['failed', 'failed']));
      it('publishes the same when every message arrives twice', () =>
        expect(run({ failAt: step.name, duplicates: true }).messages).toEqual(result.messages));
    });
  }

  for (const step of failing.filter(({ retries }) => retries !== 'forever')) {
    describe(`${saga.name}, when "${step.name}" times out`, () => {
      const result = run({ lateReplyAt: step.name });
      it('compensates it too, and first, although its late success arrives', () =>
        expect([result.compensated, result.violations]).toEqual([compensatedFrom(step), []]));
      it('fails because of the timeout', () =>
        expect(result.state.failure).toEqual({ kind: 'timed-out', step: step.name }));
      it('leaves nothing done when the command itself arrives late', () =>
        expect(run({ lateCommandAt: step.name }).violations).toEqual([]));
    });
  }

  for (const step of steps.filter(({ mayFail, retries }) => !mayFail || retries === 'forever')) {
    describe(`${saga.name}, when "${step.name}" does not reply for a long time`, () => {
      const result = run({ lateReplyAt: step.name });
      it('repeats the command until the reply arrives, and counts as stuck', () =>
        expect([result.state.status, result.stuck, result.compensated, result.violations]).toEqual([
          'completed',
          true,
          [],
          [],
        ]));
    });
  }

  for (const step of steps) {
    describe(`${saga.name}, when it is cancelled while "${step.name}" is executed`, () => {
      const result = run({ cancelAt: step.name });
      const expected = step.mayFail ? [compensatedFrom(step), 'failed', 'cancelled'] : [[], 'completed', undefined];
      it(step.mayFail ? 'compensates everything, that step first' : 'continues', () => {
        expect([result.compensated, result.state.status, result.state.failure?.kind]).toEqual(expected);
        expect(result.violations).toEqual([]);
      });
      it('publishes the same when every message arrives twice', () =>
        expect(run({ cancelAt: step.name, duplicates: true }).messages).toEqual(result.messages));
    });
  }

  for (const step of failing.filter(({ isCompensable }) => isCompensable)) {
    describe(`${saga.name}, when the compensation of "${step.name}" gets no reply`, () => {
      const result = run({ ...(last === undefined ? {} : { cancelAt: last }), lateCompensationAt: step.name });
      it('repeats it until the reply arrives, and counts as stuck', () =>
        expect([result.state.status, result.stuck, result.violations]).toEqual(['failed', true, []]));
      it(`publishes it more than ${stuckAfterAttempts} times and it takes effect once`, () =>
        expect(result.compensated.filter((name) => name === step.name)).toEqual([step.name]));
    });
  }

  describe(`${saga.name}, when replies are reordered`, () => {
    it('ends in one outcome without leftovers, whichever two are swapped', () => {
      const cases = [
        {},
        // A step that has no failure and is retried forever ends only with its success.
        ...failing.flatMap(({ name, failure, retries }): RehearsalFaults[] => [
          ...(failure || retries !== 'forever' ? [{ failAt: name }] : []),
          { lateReplyAt: name },
          { cancelAt: name },
        ]),
      ];
      for (const faults of cases) {
        const { replies } = run(faults);
        for (let reply = 0; reply < replies; reply++) {
          for (let by = 1; by <= replies; by++)
            expect(run({ ...faults, reordered: { reply, by } }).violations).toEqual([]);
        }
      }
    });
  });

  describe(`${saga.name}, when an operator acts`, () => {
    for (const at of new Set([
      ...plain.positions,
      ...failing.flatMap(({ name }) => run({ cancelAt: name }).positions),
    ])) {
      for (const action of ['retry', 'expire'] as const) {
        it(`ends without leftovers after ${action} at "${at}"`, () =>
          expect([
            run({ operator: { at, action } }).violations,
            run({ cancelAt: last ?? '', operator: { at, action } }).violations,
          ]).toEqual([[], []]));
      }
    }
  });
}
