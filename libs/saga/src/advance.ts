import { alarmAfter, patience } from './patience.js';
import { sagaId, storyOf, type Saga } from './saga.js';
import type { Said } from './said.js';
import {
  deadlineName,
  isOver,
  positionOf,
  type Advance,
  type Input,
  type OperatorAction,
  type Position,
  type SagaDeadline,
  type SagaState,
  type Transition,
} from './state.js';
import { isStep, type Failure, type Outcome, type Step, type Story } from './story.js';

/**
 * What an input makes of a saga. Pure: the same arguments give the same answer. What is not awaited (a repeat, a late reply,
 * a deadline that was met, anything once it is over) gives the very same state and says nothing.
 * Throws when a saga that never started is to go on, or began with a story that is not known any more.
 */
export function advance<S>(
  definition: Saga<S>,
  state: SagaState | undefined,
  subject: S,
  input: Input,
  now: Date,
): Advance<S> {
  if (input.kind === 'start') {
    if (state) return { state, subject, say: [], deadlines: [], journal: [] };
    return new Turn(definition, unstarted(definition, subject, now), 'not started', subject, input, now).start();
  }
  if (!state) throw new Error(`${definition.name}: a ${input.kind} for a saga that has not been started`);
  const turn = new Turn(definition, state, positionOf(state), subject, input, now);
  return isOver(state) ? turn.end() : turn.take(input);
}

const unstarted = <S>(definition: Saga<S>, subject: S, now: Date): SagaState => ({
  id: sagaId(definition.name, definition.key(subject)),
  saga: definition.name,
  key: definition.key(subject),
  version: definition.version,
  status: 'running',
  done: [],
  toUndo: [],
  step: null,
  attempt: 0,
  failure: null,
  alarmed: false,
  startedAt: now.toISOString(),
  changedAt: now.toISOString(),
});

/** One call of `advance` under way: it gathers what is to be said and where the saga stands. */
class Turn<S> {
  readonly #story: Story<S>;
  readonly #say: Said[] = [];
  readonly #deadlines: SagaDeadline[] = [];
  readonly #journal: Transition[] = [];
  #detail: string | null = null;

  constructor(
    definition: Saga<S>,
    private state: SagaState,
    private position: Position,
    private subject: S,
    private readonly input: Input,
    private readonly now: Date,
  ) {
    this.#story = storyOf(definition, state.version);
  }

  start(): Advance<S> {
    this.#detail = `version ${this.state.version}`;
    return this.#enter(0);
  }

  take(input: Exclude<Input, { kind: 'start' }>): Advance<S> {
    switch (input.kind) {
      case 'reply':
        this.#detail = input.message.constructor.name;
        return this.#hear(input.message);
      case 'deadline':
        this.#detail = input.name;
        return input.name === deadlineName(this.state) ? this.#timeIsUp() : this.end();
      case 'cancel':
        return this.state.status === 'running' && !this.#pastThePoint ? this.#cancel() : this.end();
      case 'operator':
        this.#detail = `${input.action}: ${input.reason}`;
        return this.#obey(input.action);
    }
  }

  end(): Advance<S> {
    return {
      state: this.state,
      subject: this.subject,
      say: this.#say,
      deadlines: this.#deadlines,
      journal: this.#journal,
    };
  }

  #cancel(): Advance<S> {
    this.#settle(this.#story.onCancel?.(this.subject, this.now));
    return this.#fail({ because: 'cancelled' }, this.#step);
  }

  #hear(message: object): Advance<S> {
    const step = this.#step;
    const awaited = this.state.status === 'undoing' ? step.undone! : step.done;
    if (message instanceof awaited) return this.#answered();
    if (this.state.status === 'running' && step.refused && message instanceof step.refused) {
      return this.#fail({ because: 'refused', step: step.name, reason: step.because!(message) });
    }
    return this.end();
  }

  #timeIsUp(): Advance<S> {
    const { retries = 0 } = this.#step;
    return retries === 'for ever' || this.state.attempt <= retries ? this.#sayAgain() : this.#giveUp();
  }

  #giveUp(): Advance<S> {
    if (this.#mustSucceed) return this.#sayAgain();
    return this.#fail({ because: 'timed out', step: this.#step.name }, this.#step);
  }

  #obey(action: OperatorAction): Advance<S> {
    switch (action) {
      case 'retry':
        return this.#sayAgain();
      case 'push':
        return this.#giveUp();
      case 'skip':
        return this.#mustSucceed ? this.#answered() : this.end();
    }
  }

  #answered(): Advance<S> {
    if (this.state.status === 'undoing') return this.#undoNext(this.state.toUndo.slice(1));
    const { name } = this.#step;
    this.state = { ...this.state, done: [...this.state.done, name] };
    return this.#enter(this.#story.steps.findIndex((entry) => entry.name === name) + 1);
  }

  #enter(at: number): Advance<S> {
    const entry = this.#story.steps[at];
    if (!entry) return this.#finish('completed', this.#story.onCompleted?.(this.subject, this.now));
    if (isStep(entry)) return this.#command(entry, 1);
    this.#settle(entry.decide(this.subject, this.now));
    this.state = { ...this.state, done: [...this.state.done, entry.name] };
    this.#record(`passed ${entry.name}`);
    return this.#enter(at + 1);
  }

  /** `unsure`: a step that was asked and has not answered. It may have happened or happen yet, so it is undone first. */
  #fail(failure: Failure, unsure?: Step<S>): Advance<S> {
    const undoable = this.#story.steps.filter((entry) => isStep(entry) && entry.undo).map((entry) => entry.name);
    const touched = [...this.state.done, ...(unsure ? [unsure.name] : [])].filter((name) => undoable.includes(name));
    this.state = { ...this.state, status: 'undoing', failure };
    return this.#undoNext(touched.toReversed());
  }

  #undoNext(toUndo: readonly string[]): Advance<S> {
    this.state = { ...this.state, toUndo };
    const [name] = toUndo;
    if (name !== undefined) return this.#command(this.#named(name), 1);
    return this.#finish('failed', this.#story.onFailed?.(this.subject, this.state.failure!, this.now));
  }

  #sayAgain(): Advance<S> {
    return this.#command(this.#step, this.state.attempt + 1);
  }

  #command(step: Step<S>, attempt: number): Advance<S> {
    const undoing = this.state.status === 'undoing';
    this.state = {
      ...this.state,
      step: step.name,
      attempt,
      alarmed: attempt > alarmAfter,
      changedAt: this.now.toISOString(),
    };
    const command = undoing ? step.undo!(this.subject) : step.ask(this.subject);
    const kind = undoing ? 'undo' : this.#pastThePoint || step.retries === 'for ever' ? 'ask for ever' : 'ask';
    this.#say.push(command);
    this.#deadlines.push({ name: deadlineName(this.state), milliseconds: patience(step, attempt, kind), command });
    this.#record(positionOf(this.state));
    return this.end();
  }

  #finish(status: 'completed' | 'failed', outcome: Outcome<S> | undefined): Advance<S> {
    this.#settle(outcome);
    this.state = { ...this.state, status, step: null, attempt: 0, alarmed: false, changedAt: this.now.toISOString() };
    this.#record(status);
    return this.end();
  }

  #settle(outcome: Outcome<S> | undefined): void {
    if (!outcome) return;
    this.subject = outcome.subject;
    this.#say.push(...outcome.say);
  }

  #record(to: Position): void {
    this.#journal.push({ from: this.position, to, cause: this.input.kind, detail: this.#detail });
    this.position = to;
  }

  get #step(): Step<S> {
    return this.#named(this.state.step!);
  }

  get #pastThePoint(): boolean {
    return this.#story.steps.some((entry) => !isStep(entry) && this.state.done.includes(entry.name));
  }

  get #mustSucceed(): boolean {
    return this.state.status === 'undoing' || this.#pastThePoint;
  }

  #named(name: string): Step<S> {
    const entry = this.#story.steps.find((each) => each.name === name);
    if (entry && isStep(entry)) return entry;
    throw new Error(
      `${this.state.id} stands at "${name}", which version ${this.state.version} does not tell: raise the version when steps change`,
    );
  }
}
