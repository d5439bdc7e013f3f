import { alarmAfter } from '../patience.js';
import { stepNames, type Saga } from '../saga.js';
import { isStep } from '../story.js';
import { rehearse, type Seen, type Trouble } from './rehearse.js';

/** The three words of a test runner that the suite needs: Jest's, Vitest's and Node's own all fit. */
export interface Runner {
  readonly describe: (circumstance: string, tests: () => void) => unknown;
  readonly it: (fact: string, test: () => void) => unknown;
  readonly expect: (value: unknown) => { toEqual(expected: unknown): unknown };
}

/**
 * The suite that every saga must pass, over every one of its steps: refused, silent, stuck, doubled, undone twice, overtaken,
 * cancelled, retried and pushed by an operator. One line in the saga's spec:
 * `everyStep(placeOrder, aPendingOrder, { describe, it, expect })`.
 */
export function everyStep<S>(definition: Saga<S>, aSubject: () => S, { describe, it, expect }: Runner): void {
  const play = (trouble: Trouble): Seen<S> => rehearse(definition, aSubject(), trouble);
  const plain = play({});
  const names = stepNames(definition);
  const point = definition.steps.findIndex((entry) => !isStep(entry));
  const steps = definition.steps.filter(isStep).map((step) => ({
    ...step,
    mayFail: point < 0 || definition.steps.indexOf(step) < point,
    undoable: step.undo !== undefined,
  }));
  const failing = steps.filter((step) => step.mayFail);
  const undoableBefore = (name: string): string[] =>
    steps
      .slice(0, names.indexOf(name))
      .filter((step) => step.undoable)
      .map((step) => step.name);
  const undoneFirst = (step: { name: string; undoable: boolean }): string[] => [
    ...(step.undoable ? [step.name] : []),
    ...undoableBefore(step.name).toReversed(),
  ];

  describe(`${definition.name}, when everybody answers`, () => {
    it('does every step once and completes', () =>
      expect([plain.done, plain.undone, plain.state.status, plain.faults]).toEqual([names, [], 'completed', []]));
    it('changes nothing when every message comes twice', () => {
      const twice = play({ double: true });
      expect([twice.words, twice.subject, twice.faults]).toEqual([plain.words, plain.subject, []]);
    });
  });

  for (const step of failing.filter(({ refused }) => refused)) {
    describe(`${definition.name}, when "${step.name}" is refused`, () => {
      const seen = play({ refuseAt: step.name });
      it('undoes what was done, newest first', () =>
        expect([seen.undone, seen.faults]).toEqual([undoableBefore(step.name).toReversed(), []]));
      it('fails for that reason', () =>
        expect([seen.state.status, seen.state.failure?.because]).toEqual(['failed', 'refused']));
      it('says the same when every message comes twice', () =>
        expect(play({ refuseAt: step.name, double: true }).words).toEqual(seen.words));
    });
  }

  for (const step of failing.filter(({ retries }) => retries !== 'for ever')) {
    describe(`${definition.name}, when "${step.name}" is silent`, () => {
      const seen = play({ silentAt: step.name });
      it('undoes it too, and first, though its late success arrives', () =>
        expect([seen.undone, seen.faults]).toEqual([undoneFirst(step), []]));
      it('fails because its time is up', () =>
        expect(seen.state.failure).toEqual({ because: 'timed out', step: step.name }));
      it('leaves nothing done when the command itself comes late', () =>
        expect(play({ deafAt: step.name }).faults).toEqual([]));
    });
  }

  for (const step of steps.filter(({ mayFail, retries }) => !mayFail || retries === 'for ever')) {
    describe(`${definition.name}, when "${step.name}" is silent for long`, () => {
      const seen = play({ silentAt: step.name });
      it('asks again until it is answered, and alarms', () =>
        expect([seen.state.status, seen.alarmed, seen.undone, seen.faults]).toEqual(['completed', true, [], []]));
    });
  }

  for (const step of steps) {
    describe(`${definition.name}, when it is cancelled while "${step.name}" is asked`, () => {
      const seen = play({ cancelAt: step.name });
      const expected = step.mayFail ? [undoneFirst(step), 'failed', 'cancelled'] : [[], 'completed', undefined];
      it(step.mayFail ? 'undoes everything, that step first' : 'goes on', () => {
        expect([seen.undone, seen.state.status, seen.state.failure?.because]).toEqual(expected);
        expect(seen.faults).toEqual([]);
      });
      it('says the same when every message comes twice', () =>
        expect(play({ cancelAt: step.name, double: true }).words).toEqual(seen.words));
    });
  }

  for (const step of failing.filter(({ undoable }) => undoable)) {
    describe(`${definition.name}, when the undo of "${step.name}" is not answered`, () => {
      const seen = play({ cancelAt: failing.at(-1)!.name, silentUndoAt: step.name });
      it('says it again until it is, and alarms', () =>
        expect([seen.state.status, seen.alarmed, seen.faults]).toEqual(['failed', true, []]));
      it(`says it more than ${alarmAfter} times and it takes effect once`, () =>
        expect(seen.undone.filter((name) => name === step.name)).toEqual([step.name]));
    });
  }

  describe(`${definition.name}, when replies overtake one another`, () => {
    it('ends in one outcome with a clean slate, whichever two are swapped', () => {
      const troubles: Trouble[] = [
        {},
        ...failing.flatMap(({ name }) => [{ refuseAt: name }, { silentAt: name }, { cancelAt: name }]),
      ];
      for (const trouble of troubles) {
        const { replies } = play(trouble);
        for (let reply = 0; reply < replies; reply++) {
          for (let by = 1; by <= replies; by++)
            expect(play({ ...trouble, overtaken: { reply, by } }).faults).toEqual([]);
        }
      }
    });
  });

  describe(`${definition.name}, when an operator steps in`, () => {
    for (const at of new Set([
      ...plain.positions,
      ...failing.flatMap(({ name }) => play({ cancelAt: name }).positions),
    ])) {
      for (const action of ['retry', 'push'] as const) {
        it(`ends with a clean slate after a ${action} while ${at}`, () =>
          expect([
            play({ operator: { at, action } }).faults,
            play({ cancelAt: failing.at(-1)?.name ?? '', operator: { at, action } }).faults,
          ]).toEqual([[], []]));
      }
    }
  });
}
