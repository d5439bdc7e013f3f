import { isStep } from '../definition.js';
import type { Saga } from '../saga.js';
import type { OperatorAction, Position, SagaState } from '../state.js';
import { Rehearsal, type PendingReply } from './rehearsal.js';

/** The faults of a rehearsal. Steps are given by name. Without faults every participant replies at once. */
export interface RehearsalFaults {
  readonly failAt?: string;
  /** The step takes effect, and its reply arrives only after its last timeout. */
  readonly lateReplyAt?: string;
  /** The command itself arrives only after the saga has given it up. */
  readonly lateCommandAt?: string;
  /** The reply to the compensation arrives only after so many attempts that the saga counts as stuck. */
  readonly lateCompensationAt?: string;
  /** Every command and reply arrives twice, every reply once more after the end, and old timeouts fire. */
  readonly duplicates?: boolean;
  /** The reply with this number (0, 1, …) arrives after that many later ones. */
  readonly reordered?: { readonly reply: number; readonly by: number };
  readonly cancelAt?: string;
  readonly operator?: { readonly at: Position; readonly action: OperatorAction };
}

/** What happened in a rehearsal. */
export interface RehearsalResult<S> {
  /** Steps that took effect, and steps whose effect was compensated, in the order in which it happened. */
  readonly done: readonly string[];
  readonly compensated: readonly string[];
  /** The class names of all published messages, and of the last one. */
  readonly messages: readonly string[];
  readonly lastMessage: string | undefined;
  readonly state: SagaState;
  readonly subject: S;
  /** Every position of the history. */
  readonly positions: readonly Position[];
  /** Whether the saga was stuck at any time. */
  readonly stuck: boolean;
  /** The number of delivered replies. */
  readonly replies: number;
  /** Empty when every invariant holds. */
  readonly violations: readonly string[];
}

const maxMoves = 1_000;
/** An attempt at which a saga counts as stuck. */
const stuckAttempt = 7;

/** Runs a saga from start to end with these faults. Pure and repeatable. */
export function rehearse<S>(saga: Saga<S>, subject: NoInfer<S>, faults: RehearsalFaults = {}): RehearsalResult<S> {
  return new RehearsalRun(saga, subject, faults).run();
}

class RehearsalRun<S> {
  readonly #rehearsal: Rehearsal<S>;
  readonly #delivered: PendingReply[] = [];
  #pending: Pick<RehearsalFaults, 'cancelAt' | 'operator'>;
  #stuck = false;

  constructor(
    private readonly saga: Saga<S>,
    subject: S,
    private readonly faults: RehearsalFaults,
  ) {
    this.#rehearsal = new Rehearsal(saga, subject, faults.failAt);
    this.#pending = faults;
  }

  run(): RehearsalResult<S> {
    for (let moves = 0; moves < maxMoves && this.#move(); moves++) this.#stuck ||= this.#rehearsal.state.stuck;
    this.#afterTheEnd();
    const { effects, messages, state, subject, history } = this.#rehearsal;
    const names = messages.map(({ cls }) => cls.name);
    return {
      done: effects.filter(({ effect }) => effect === 'done').map(({ step }) => step),
      compensated: effects.filter(({ effect }) => effect === 'compensated').map(({ step }) => step),
      messages: names,
      lastMessage: names.at(-1),
      state,
      subject,
      positions: history.map(({ to }) => to),
      stuck: this.#stuck,
      replies: this.#delivered.length,
      violations: this.#rehearsal.violations(),
    };
  }

  /** Makes the next thing happen; false when nothing can happen any more. */
  #move(): boolean {
    if (this.#intervene()) return true;
    const command = this.#rehearsal.commands.find((each) => !this.#isCommandLate(each.step));
    if (command) {
      if (this.faults.duplicates) this.#rehearsal.deliverCommand(command, true);
      this.#rehearsal.deliverCommand(command);
      return true;
    }
    const reply = this.#rehearsal.replies.find((each) => !this.#isReplyLate(each));
    if (reply) {
      this.#delivered.push(reply);
      if (this.faults.duplicates) this.#rehearsal.deliverReply(reply, true);
      this.#rehearsal.deliverReply(reply);
      if (this.faults.duplicates) this.#fireOldTimeouts();
      return true;
    }
    const timeout = this.#rehearsal.runningTimeout;
    if (timeout === undefined) return false;
    this.#rehearsal.apply({ kind: 'timeout', name: timeout });
    return true;
  }

  #intervene(): boolean {
    const { cancelAt, operator } = this.#pending;
    if (cancelAt !== undefined && this.#rehearsal.position === `executing ${cancelAt}`) {
      this.#pending = operator ? { operator } : {};
      this.#rehearsal.apply({ kind: 'cancel' });
      return true;
    }
    if (operator && this.#rehearsal.position === operator.at) {
      this.#pending = cancelAt === undefined ? {} : { cancelAt };
      this.#rehearsal.apply({ kind: 'operator', action: operator.action, reason: 'rehearsed' });
      return true;
    }
    return false;
  }

  /** Delivers everything that is late. None of it may change anything. */
  #afterTheEnd(): void {
    if (!this.#rehearsal.isOver) return;
    for (const command of [...this.#rehearsal.commands]) this.#rehearsal.deliverCommand(command);
    for (const reply of [...this.#rehearsal.replies]) this.#rehearsal.deliverReply(reply);
    this.#fireOldTimeouts();
    this.#rehearsal.apply({ kind: 'cancel' });
    if (this.faults.duplicates) for (const reply of this.#delivered) this.#rehearsal.deliverReply(reply, true);
  }

  #fireOldTimeouts(): void {
    for (const name of this.#rehearsal.timeouts.filter((each) => each !== this.#rehearsal.runningTimeout))
      this.#rehearsal.apply({ kind: 'timeout', name });
  }

  #isCommandLate(step: string): boolean {
    return step === this.faults.lateCommandAt && this.#isExecuting(step);
  }

  #isReplyLate({ number, step, answer }: PendingReply): boolean {
    const { lateReplyAt, lateCompensationAt, reordered } = this.faults;
    if (this.#rehearsal.isOver) return false;
    if (step === lateReplyAt && answer !== 'compensated' && this.#isExecuting(lateReplyAt)) return true;
    if (step === lateCompensationAt && answer === 'compensated' && this.#rehearsal.state.attempt < stuckAttempt)
      return true;
    return reordered?.reply === number && this.#delivered.length < number + reordered.by;
  }

  /** Until the last attempt of a step. A step that is retried forever gets its reply once the saga is stuck. */
  #isExecuting(name: string): boolean {
    const step = this.saga.steps.filter(isStep).find((each) => each.name === name);
    const attempts = typeof step?.retries === 'number' ? step.retries + 1 : stuckAttempt;
    return this.#rehearsal.position === `executing ${name}` && this.#rehearsal.state.attempt <= attempts;
  }
}
