import { isStep, type Definition, type Failure, type Outcome, type Step } from './definition.js';
import type { OutgoingMessage } from './outgoing-message.js';
import { definitionOf, sagaId, type Saga } from './saga.js';
import {
  isOver,
  positionOf,
  timeoutName,
  type Advance,
  type Input,
  type OperatorAction,
  type Position,
  type SagaState,
  type SagaTimeout,
  type Transition,
} from './state.js';
import { stepTimeoutMs, stuckAfterAttempts } from './step-timeout.js';

/**
 * Applies an input to a saga. Pure: the same arguments give the same result. Input that the saga does not wait for (a repeat,
 * a late reply, an old timeout, anything after its end) gives the same state and no messages. Throws when an instance that
 * was not started gets another input, or when its definition is not known any more.
 */
export function advance<S>(
  saga: Saga<S>,
  state: SagaState | undefined,
  subject: S,
  input: Input,
  now: Date,
): Advance<S> {
  if (input.kind === 'start') {
    if (state) return { state, subject, messages: [], timeouts: [], history: [] };
    return new Advancement(saga, newState(saga, subject, now), 'not started', subject, input, now).start();
  }
  if (!state) throw new Error(`${saga.name}: a ${input.kind} for a saga that was not started`);
  const advancement = new Advancement(saga, state, positionOf(state), subject, input, now);
  return isOver(state) ? advancement.result() : advancement.apply(input);
}

const newState = <S>(saga: Saga<S>, subject: S, now: Date): SagaState => ({
  id: sagaId(saga.name, saga.subjects.keyOf(subject)),
  saga: saga.name,
  key: saga.subjects.keyOf(subject),
  version: saga.version,
  status: 'running',
  done: [],
  toCompensate: [],
  step: null,
  attempt: 0,
  failure: null,
  stuck: false,
  startedAt: now.toISOString(),
  changedAt: now.toISOString(),
});

/** One call of `advance`: collects messages, timeouts and history while the state moves. */
class Advancement<S> {
  readonly #definition: Definition<S>;
  readonly #messages: OutgoingMessage[] = [];
  readonly #timeouts: SagaTimeout[] = [];
  readonly #history: Transition[] = [];
  #detail: string | null = null;

  constructor(
    saga: Saga<S>,
    private state: SagaState,
    private position: Position,
    private subject: S,
    private readonly input: Input,
    private readonly now: Date,
  ) {
    this.#definition = definitionOf(saga, state.version);
  }

  start(): Advance<S> {
    this.#detail = `version ${this.state.version}`;
    return this.#enter(0);
  }

  apply(input: Exclude<Input, { kind: 'start' }>): Advance<S> {
    switch (input.kind) {
      case 'reply':
        this.#detail = input.message.constructor.name;
        return this.#reply(input.message);
      case 'timeout':
        this.#detail = input.name;
        return input.name === timeoutName(this.state) ? this.#timeOut() : this.result();
      case 'cancel':
        return this.state.status === 'running' && !this.#isPastPoint ? this.#cancel() : this.result();
      case 'operator':
        this.#detail = `${input.action}: ${input.reason}`;
        return this.#operate(input.action);
    }
  }

  result(): Advance<S> {
    return {
      state: this.state,
      subject: this.subject,
      messages: this.#messages,
      timeouts: this.#timeouts,
      history: this.#history,
    };
  }

  #cancel(): Advance<S> {
    this.#applyOutcome(this.#definition.onCancel?.(this.subject, this.now));
    return this.#fail({ kind: 'cancelled' }, this.#step);
  }

  #reply(message: object): Advance<S> {
    const step = this.#step;
    const expected = this.state.status === 'compensating' ? step.compensated : step.success;
    if (!expected) throw this.#undefinedCompensation(step);
    if (message instanceof expected) return this.#succeed();
    if (this.state.status === 'running' && step.failure && step.failureReason && message instanceof step.failure) {
      return this.#fail({ kind: 'failed', step: step.name, reason: step.failureReason(message) });
    }
    return this.result();
  }

  #timeOut(): Advance<S> {
    const { retries = 0 } = this.#step;
    return retries === 'forever' || this.state.attempt <= retries ? this.#repeatCommand() : this.#expire();
  }

  #expire(): Advance<S> {
    if (this.#mustSucceed) return this.#repeatCommand();
    return this.#fail({ kind: 'timed-out', step: this.#step.name }, this.#step);
  }

  #operate(action: OperatorAction): Advance<S> {
    switch (action) {
      case 'retry':
        return this.#repeatCommand();
      case 'expire':
        return this.#expire();
      case 'skip':
        return this.#mustSucceed ? this.#succeed() : this.result();
    }
  }

  #succeed(): Advance<S> {
    if (this.state.status === 'compensating') return this.#compensateNext(this.state.toCompensate.slice(1));
    const { name } = this.#step;
    this.state = { ...this.state, done: [...this.state.done, name] };
    return this.#enter(this.#definition.steps.findIndex((entry) => entry.name === name) + 1);
  }

  #enter(at: number): Advance<S> {
    const entry = this.#definition.steps[at];
    if (!entry) return this.#finish('completed', this.#definition.onCompleted?.(this.subject, this.now));
    if (isStep(entry)) return this.#command(entry, 1);
    this.#applyOutcome(entry.decide(this.subject, this.now));
    this.state = { ...this.state, done: [...this.state.done, entry.name] };
    this.#record(`passed ${entry.name}`);
    return this.#enter(at + 1);
  }

  /** `unanswered`: a step whose command has no reply. It may have happened or may still happen, so it is compensated first. */
  #fail(failure: Failure, unanswered?: Step<S>): Advance<S> {
    const compensable = this.#definition.steps
      .filter((entry) => isStep(entry) && entry.compensation)
      .map((entry) => entry.name);
    const touched = [...this.state.done, ...(unanswered ? [unanswered.name] : [])];
    this.state = { ...this.state, status: 'compensating', failure };
    return this.#compensateNext(touched.filter((name) => compensable.includes(name)).toReversed());
  }

  #compensateNext(toCompensate: readonly string[]): Advance<S> {
    this.state = { ...this.state, toCompensate };
    const [name] = toCompensate;
    if (name !== undefined) return this.#command(this.#stepNamed(name), 1);
    const { failure } = this.state;
    // The state does not know the type of the reason; the definition made it.
    const reason = failure as Failure<string> | null;
    return this.#finish('failed', reason ? this.#definition.onFailed?.(this.subject, reason, this.now) : undefined);
  }

  #repeatCommand(): Advance<S> {
    return this.#command(this.#step, this.state.attempt + 1);
  }

  #command(step: Step<S>, attempt: number): Advance<S> {
    const isCompensation = this.state.status === 'compensating';
    this.state = {
      ...this.state,
      step: step.name,
      attempt,
      stuck: attempt > stuckAfterAttempts,
      changedAt: this.now.toISOString(),
    };
    const command = isCompensation ? this.#compensationOf(step) : step.command(this.subject);
    const isRetriedForever = this.#isPastPoint || step.retries === 'forever';
    const kind = isCompensation ? 'compensation' : isRetriedForever ? 'command forever' : 'command';
    this.#messages.push(command);
    this.#timeouts.push({ name: timeoutName(this.state), milliseconds: stepTimeoutMs(step, attempt, kind), command });
    this.#record(positionOf(this.state));
    return this.result();
  }

  #compensationOf(step: Step<S>): OutgoingMessage {
    const compensation = step.compensation?.(this.subject);
    if (!compensation) throw this.#undefinedCompensation(step);
    return compensation;
  }

  #undefinedCompensation({ name }: Step<S>): Error {
    return new Error(
      `${this.state.id} compensates "${name}", which has no compensation in version ${this.state.version}: raise the version when steps change`,
    );
  }

  #finish(status: 'completed' | 'failed', outcome: Outcome<S> | undefined): Advance<S> {
    this.#applyOutcome(outcome);
    this.state = { ...this.state, status, step: null, attempt: 0, stuck: false, changedAt: this.now.toISOString() };
    this.#record(status);
    return this.result();
  }

  #applyOutcome(outcome: Outcome<S> | undefined): void {
    if (!outcome) return;
    this.subject = outcome.subject;
    this.#messages.push(...outcome.messages);
  }

  #record(to: Position): void {
    this.#history.push({ from: this.position, to, cause: this.input.kind, detail: this.#detail });
    this.position = to;
  }

  get #step(): Step<S> {
    return this.#stepNamed(this.state.step);
  }

  get #isPastPoint(): boolean {
    return this.#definition.steps.some((entry) => !isStep(entry) && this.state.done.includes(entry.name));
  }

  get #mustSucceed(): boolean {
    return this.state.status === 'compensating' || this.#isPastPoint;
  }

  #stepNamed(name: string | null): Step<S> {
    const entry = this.#definition.steps.find((each) => each.name === name);
    if (entry && isStep(entry)) return entry;
    throw new Error(
      `${this.state.id} is at "${name}", which version ${this.state.version} does not define: raise the version when steps change`,
    );
  }
}
