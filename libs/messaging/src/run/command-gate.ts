import { Transient, type Refusal } from '@tradewind/kernel';
import {
  IdempotencyBusy,
  IdempotencyMismatch,
  OutcomeUnknown,
  Unavailable,
  type Command,
  type Commands,
  type Idempotency,
  type AnyLoads,
} from '../decide/index.js';
import { isTimeout } from '../postgres/sql-errors.js';
import { backOff, newId, type World } from '../system.js';
import type { Runner } from './runner.js';
import type { Outcome, Work } from './work.js';

/** Commands that share a transaction, transactions at a time, and for how long a command waits (milliseconds). */
const most = 200;
const abreast = 2;
const patience = 5_000;
/** Whoever has no answer by then is told so: a caller must not hang on a database that does. */
const longest = 8_000;

interface Waiting {
  readonly work: Work;
  readonly since: number;
  attempts: number;
  /** In a transaction at this moment. */
  running: boolean;
  /** Its caller does not wait any more. */
  over: boolean;
  /** Set once a commit of it may have happened: from then on nobody may say that nothing was done. */
  doubt: OutcomeUnknown | undefined;
  resolve: (outcome: Outcome) => void;
}

/** Gathers concurrent commands into one transaction: no lingering, a batch takes whatever waits when the one before is done. */
export class CommandGate implements Commands {
  readonly #waiting: Waiting[] = [];
  readonly #claimed = new Set<string>();
  #running = 0;
  #closed = false;

  constructor(
    private readonly runner: Runner,
    private readonly world: World,
  ) {}

  async run<I, R, L extends AnyLoads>(command: Command<I, R, L>, input: I): Promise<R | Refusal> {
    return (await this.#submit(command as unknown as Command<unknown, unknown>, input)).answer as R | Refusal;
  }

  async once<I, R, L extends AnyLoads>(
    command: Command<I, R, L>,
    input: I,
    idempotency: Idempotency,
  ): Promise<{ answer: R | Refusal; replayed: boolean }> {
    return (await this.#submit(command as unknown as Command<unknown, unknown>, input, idempotency)) as {
      answer: R | Refusal;
      replayed: boolean;
    };
  }

  /** Nothing new is taken; what waits is finished. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#running > 0 || this.#waiting.length > 0) await this.world.timers.wait(10);
  }

  async #submit(
    command: Command<unknown, unknown>,
    input: unknown,
    claim?: Idempotency,
  ): Promise<{ answer: unknown; replayed: boolean }> {
    if (this.#closed) throw new Unavailable('the service is stopping');
    const cause = newId(this.world);
    const work: Work = {
      cause,
      lane: cause,
      load: command.load,
      input,
      decide: (given) => command.decide(input, given as never),
      ...(claim ? { claim } : {}),
    };
    const outcome = await new Promise<Outcome>((resolve) => {
      const waiting: Waiting = {
        work,
        since: this.world.clock.now().getTime(),
        attempts: 0,
        running: false,
        over: false,
        doubt: undefined,
        resolve,
      };
      const cancel = this.world.timers.after(longest, () => this.#tooLate(waiting));
      waiting.resolve = (given) => {
        cancel();
        resolve(given);
      };
      this.#waiting.push(waiting);
      this.#pump();
    });
    return answerOf(outcome);
  }

  /** One that has not begun is not begun any more; one that has may still be done. */
  #tooLate(waiting: Waiting): void {
    const at = this.#waiting.indexOf(waiting);
    if (at >= 0) this.#waiting.splice(at, 1);
    if (at >= 0 && this.#isClaimed(waiting)) return this.#end(waiting, { kind: 'behind' });
    if (waiting.running)
      waiting.doubt ??= new OutcomeUnknown('the database has not answered yet: it may still be done');
    this.#end(waiting, { kind: 'transient', error: new Transient('the database has no time for this') });
  }

  #end(waiting: Waiting, outcome: Outcome): void {
    waiting.over = true;
    const untold = outcome.kind === 'transient' || (outcome.kind === 'failed' && isTimeout(outcome.error));
    waiting.resolve(untold && waiting.doubt ? { kind: 'transient', error: waiting.doubt } : outcome);
  }

  #isClaimed({ work }: Waiting): boolean {
    const name = nameOf(work.claim);
    return name !== undefined && this.#claimed.has(name);
  }

  #pump(): void {
    while (this.#running < abreast) {
      const batch = this.#take();
      if (batch.length === 0) return;
      this.#running++;
      void this.#runBatch(batch).finally(() => {
        this.#running--;
        this.#pump();
      });
    }
  }

  /** Twins of one idempotency key never share a batch nor run side by side in this process. */
  #take(): Waiting[] {
    const batch: Waiting[] = [];
    for (let at = 0; at < this.#waiting.length && batch.length < most;) {
      if (this.#isClaimed(this.#waiting[at]!)) at++;
      else {
        const name = nameOf(this.#waiting[at]!.work.claim);
        if (name !== undefined) this.#claimed.add(name);
        const [taken] = this.#waiting.splice(at, 1);
        taken!.running = true;
        batch.push(taken!);
      }
    }
    return batch;
  }

  async #runBatch(batch: readonly Waiting[]): Promise<void> {
    // crashpoint: commands.before-run
    const outcomes = await this.runner.run(batch.map((waiting) => waiting.work));
    // crashpoint: commands.after-run
    for (const waiting of batch) {
      const name = nameOf(waiting.work.claim);
      if (name !== undefined) this.#claimed.delete(name);
      this.#settle(waiting, outcomes.get(waiting.work)!);
    }
  }

  /** A command without a key of its own leaves no mark: when its commit may have happened, it must not run again. */
  #settle(waiting: Waiting, outcome: Outcome): void {
    waiting.running = false;
    if (waiting.over) return;
    if (outcome.kind === 'transient' && outcome.error instanceof OutcomeUnknown) waiting.doubt = outcome.error;
    const again = outcome.kind === 'behind' || (outcome.kind === 'transient' && (!waiting.doubt || waiting.work.claim));
    if (!again || this.world.clock.now().getTime() - waiting.since > patience) return this.#end(waiting, outcome);
    if (outcome.kind === 'behind') return void this.#waiting.unshift(waiting);
    this.world.timers.after(backOff(this.world, waiting.attempts++, 20, 500), () => {
      if (waiting.over) return;
      this.#waiting.push(waiting);
      this.#pump();
    });
  }
}

const nameOf = (claim: Idempotency | undefined): string | undefined =>
  claim && JSON.stringify([claim.scope, claim.route, claim.key]);

function answerOf(outcome: Outcome): { answer: unknown; replayed: boolean } {
  switch (outcome.kind) {
    case 'done':
      return { answer: outcome.answer, replayed: false };
    case 'replayed':
      return { answer: outcome.answer, replayed: true };
    case 'refused':
      return { answer: outcome.refusal, replayed: false };
    case 'mismatch':
      throw new IdempotencyMismatch();
    case 'behind':
      throw new IdempotencyBusy();
    case 'transient':
      if (outcome.error instanceof OutcomeUnknown) throw outcome.error;
      throw new Unavailable('the database is away: nothing was accepted', { cause: outcome.error });
    case 'failed':
      if (isTimeout(outcome.error))
        throw new Unavailable('the database takes too long: nothing was accepted', { cause: outcome.error });
      throw outcome.error instanceof Transient
        ? new Unavailable(outcome.error.message, { cause: outcome.error })
        : outcome.error;
    case 'seen':
    case 'waiting':
      throw new TypeError(`a command can't be ${outcome.kind}`);
  }
}
