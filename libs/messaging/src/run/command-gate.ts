import { Transient, type Refusal } from '@tradewind/kernel';
import { IdempotencyBusy, IdempotencyMismatch, Unavailable, type Command, type Commands, type Idempotency, type AnyLoads } from '../decide/index.js';
import { backOff, newId, type World } from '../system.js';
import type { Runner } from './runner.js';
import type { Outcome, Work } from './work.js';

/** Commands that share a transaction, transactions at a time, and for how long a command waits (milliseconds). */
const most = 200;
const abreast = 2;
const patience = 5_000;

interface Waiting {
  readonly work: Work;
  readonly since: number;
  attempts: number;
  readonly resolve: (outcome: Outcome) => void;
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

  async once<I, R, L extends AnyLoads>(command: Command<I, R, L>, input: I, idempotency: Idempotency): Promise<{ answer: R | Refusal; replayed: boolean }> {
    return (await this.#submit(command as unknown as Command<unknown, unknown>, input, idempotency)) as { answer: R | Refusal; replayed: boolean };
  }

  /** Nothing new is taken; what waits is finished. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#running > 0 || this.#waiting.length > 0) await this.world.timers.wait(10);
  }

  async #submit(command: Command<unknown, unknown>, input: unknown, claim?: Idempotency): Promise<{ answer: unknown; replayed: boolean }> {
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
      this.#waiting.push({ work, since: this.world.clock.now().getTime(), attempts: 0, resolve });
      this.#pump();
    });
    return answerOf(outcome);
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
    for (let at = 0; at < this.#waiting.length && batch.length < most; ) {
      const name = nameOf(this.#waiting[at]!.work.claim);
      if (name !== undefined && this.#claimed.has(name)) at++;
      else {
        if (name !== undefined) this.#claimed.add(name);
        batch.push(...this.#waiting.splice(at, 1));
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

  #settle(waiting: Waiting, outcome: Outcome): void {
    const again = outcome.kind === 'behind' || outcome.kind === 'transient';
    if (!again || this.world.clock.now().getTime() - waiting.since > patience) return waiting.resolve(outcome);
    if (outcome.kind === 'behind') return void this.#waiting.unshift(waiting);
    this.world.timers.after(backOff(this.world, waiting.attempts++, 20, 500), () => {
      this.#waiting.push(waiting);
      this.#pump();
    });
  }
}

const nameOf = (claim: Idempotency | undefined): string | undefined => claim && JSON.stringify([claim.scope, claim.route, claim.key]);

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
      throw new Unavailable('the database is away: nothing was accepted', { cause: outcome.error });
    case 'failed':
      throw outcome.error instanceof Transient ? new Unavailable(outcome.error.message, { cause: outcome.error }) : outcome.error;
    case 'seen':
    case 'waiting':
      throw new TypeError(`a command can't be ${outcome.kind}`);
  }
}
