import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { newId, Transient, type Rejection } from '@tradewind/kernel';
import { backOff, OutcomeUnknown, StatementTimeout, type Idempotency, type RuntimePorts } from '../ports/index.js';
import { activeTracer } from '../tracing/index.js';
import type { AnyLoads, Command, Commands } from './command.js';
import { IdempotencyBusy, IdempotencyMismatch, Unavailable } from './command-errors.js';
import { outcomeOf, type Invocation, type Outcome } from './invocation.js';
import type { Runner } from './runner.js';

const maxBatchSize = 200;
const maxConcurrentBatches = 2;
/** A command is retried for so long. */
const retryTimeoutMs = 5_000;
/** Longest time that a caller waits for its command. */
const answerTimeoutMs = 8_000;

interface PendingCommand {
  readonly invocation: Invocation;
  readonly since: number;
  attempts: number;
  /** In a transaction now. */
  running: boolean;
  /** The caller has its answer. */
  answered: boolean;
  /** Set once a commit may have happened. From then on the answer must not be that nothing was done. */
  unknown: OutcomeUnknown | undefined;
  resolve: (outcome: Outcome) => void;
}

interface Answer {
  readonly answer: unknown;
  readonly replayed: boolean;
}

/** Runs concurrent commands in one transaction. Never waits for more commands: a batch takes what is pending when the one before ends. */
export class CommandBatcher implements Commands {
  readonly #pending: PendingCommand[] = [];
  readonly #claimed = new Set<string>();
  #running = 0;
  #closed = false;

  constructor(
    private readonly runner: Runner,
    private readonly ports: RuntimePorts,
  ) {}

  async run<I, R, L extends AnyLoads>(command: Command<I, R, L>, input: I): Promise<R | Rejection> {
    return (await this.#submit(command as unknown as Command<unknown, unknown>, input)).answer as R | Rejection;
  }

  async once<I, R, L extends AnyLoads>(
    command: Command<I, R, L>,
    input: I,
    idempotency: Idempotency,
  ): Promise<{ answer: R | Rejection; replayed: boolean }> {
    return (await this.#submit(command as unknown as Command<unknown, unknown>, input, idempotency)) as {
      answer: R | Rejection;
      replayed: boolean;
    };
  }

  /** Accepts nothing new and finishes what is pending. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#running > 0 || this.#pending.length > 0) await this.ports.timers.wait(10);
  }

  async #submit(command: Command<unknown, unknown>, input: unknown, idempotency?: Idempotency): Promise<Answer> {
    if (this.#closed) throw new Unavailable('the service is stopping');
    const cause = newId(this.ports);
    const invocation: Invocation = {
      cause,
      orderingKey: cause,
      load: command.load,
      input,
      name: command.name,
      context: activeTracer() && context.active(),
      decide: (loaded) => command.decide(input, loaded as never),
      ...(idempotency ? { idempotency } : {}),
    };
    const outcome = await new Promise<Outcome>((resolve) => {
      const pending: PendingCommand = {
        invocation,
        since: this.ports.clock.now().getTime(),
        attempts: 0,
        running: false,
        answered: false,
        unknown: undefined,
        resolve,
      };
      const cancel = this.ports.timers.after(answerTimeoutMs, () => this.#timeOut(pending));
      pending.resolve = (answer) => {
        cancel();
        resolve(answer);
      };
      this.#pending.push(pending);
      this.#startBatches();
    });
    return answerOf(outcome);
  }

  /** A command that has not begun is removed; one that has begun may still be done. */
  #timeOut(pending: PendingCommand): void {
    const at = this.#pending.indexOf(pending);
    if (at >= 0) this.#pending.splice(at, 1);
    if (at >= 0 && this.#isClaimed(pending)) return this.#answer(pending, { kind: 'deferred' });
    if (pending.running)
      pending.unknown ??= new OutcomeUnknown('the database has not answered yet: it may still be done');
    this.#answer(pending, { kind: 'transient', error: new Transient('the database is too busy') });
  }

  #answer(pending: PendingCommand, outcome: Outcome): void {
    pending.answered = true;
    const isUnknown =
      outcome.kind === 'transient' || (outcome.kind === 'failed' && outcome.error instanceof StatementTimeout);
    pending.resolve(isUnknown && pending.unknown ? { kind: 'transient', error: pending.unknown } : outcome);
  }

  #isClaimed({ invocation }: PendingCommand): boolean {
    const key = keyOf(invocation.idempotency);
    return key !== undefined && this.#claimed.has(key);
  }

  #startBatches(): void {
    while (this.#running < maxConcurrentBatches) {
      const batch = this.#take();
      if (batch.length === 0) return;
      this.#running++;
      // Not in the trace of the request that happened to start it.
      void context
        .with(ROOT_CONTEXT, () => this.#runBatch(batch))
        .finally(() => {
          this.#running--;
          this.#startBatches();
        });
    }
  }

  /** Two commands with the same idempotency key never run at the same time in this process. */
  #take(): PendingCommand[] {
    const batch: PendingCommand[] = [];
    for (let at = 0; at < this.#pending.length && batch.length < maxBatchSize;) {
      const pending = this.#pending[at];
      if (!pending || this.#isClaimed(pending)) at++;
      else {
        const key = keyOf(pending.invocation.idempotency);
        if (key !== undefined) this.#claimed.add(key);
        this.#pending.splice(at, 1);
        pending.running = true;
        batch.push(pending);
      }
    }
    return batch;
  }

  async #runBatch(batch: readonly PendingCommand[]): Promise<void> {
    // crashpoint: commands.before-run
    const outcomes = await this.runner.run(batch.map(({ invocation }) => invocation));
    // crashpoint: commands.after-run
    for (const pending of batch) {
      const key = keyOf(pending.invocation.idempotency);
      if (key !== undefined) this.#claimed.delete(key);
      this.#settle(pending, outcomeOf(outcomes, pending.invocation));
    }
  }

  /** A command without an idempotency key leaves no mark: when its commit may have happened, it must not run again. */
  #settle(pending: PendingCommand, outcome: Outcome): void {
    pending.running = false;
    if (pending.answered) return;
    if (outcome.kind === 'transient' && outcome.error instanceof OutcomeUnknown) pending.unknown = outcome.error;
    const mayRetry =
      outcome.kind === 'deferred' ||
      (outcome.kind === 'transient' && (!pending.unknown || pending.invocation.idempotency));
    if (!mayRetry || this.ports.clock.now().getTime() - pending.since > retryTimeoutMs)
      return this.#answer(pending, outcome);
    if (outcome.kind === 'deferred') return void this.#pending.unshift(pending);
    this.ports.timers.after(backOff(this.ports, pending.attempts++, 20, 500), () => {
      if (pending.answered) return;
      this.#pending.push(pending);
      this.#startBatches();
    });
  }
}

const keyOf = (idempotency: Idempotency | undefined): string | undefined =>
  idempotency && JSON.stringify([idempotency.scope, idempotency.route, idempotency.key]);

function answerOf(outcome: Outcome): Answer {
  switch (outcome.kind) {
    case 'done':
      return { answer: outcome.answer, replayed: false };
    case 'replayed':
      return { answer: outcome.answer, replayed: true };
    case 'rejected':
      return { answer: outcome.rejection, replayed: false };
    case 'mismatch':
      throw new IdempotencyMismatch();
    case 'deferred':
      throw new IdempotencyBusy();
    case 'transient':
      if (outcome.error instanceof OutcomeUnknown) throw outcome.error;
      throw new Unavailable('the database is unavailable: nothing was accepted', { cause: outcome.error });
    case 'failed':
      if (outcome.error instanceof StatementTimeout)
        throw new Unavailable('the database takes too long: nothing was accepted', { cause: outcome.error });
      throw outcome.error instanceof Transient
        ? new Unavailable(outcome.error.message, { cause: outcome.error })
        : outcome.error;
    case 'duplicate':
    case 'blocked':
      throw new TypeError(`a command cannot be ${outcome.kind}`);
  }
}
