import { groupBy, Transient } from '@tradewind/kernel';
import { StoreUnavailable, type AnyTable, type RuntimePorts, type Store } from '../ports/index.js';
import { Batch, isUndecided, PartialBatchError, type Committed } from './batch.js';
import { outcomeOf, type Invocation, type Outcome, type Outcomes } from './invocation.js';
import { DatabaseCheck } from './database-check.js';
import { TransactionSpans } from '../tracing/index.js';
import { transactionsOf } from './transactions-of.js';

type Spans = TransactionSpans<Invocation> | undefined;

/**
 * Runs invocations in as few transactions as possible. Each invocation is saved as a whole or not at all, and once. Never
 * rejects: an outcome says why an invocation was not done.
 */
export class Runner {
  /** Nothing is handled before it is done. */
  readonly database: DatabaseCheck;
  readonly #commitListeners: ((committed: Committed) => void)[] = [];
  readonly #handledListeners: ((outcomes: Outcomes, milliseconds: number) => void)[] = [];
  readonly #transientListeners: ((error: Transient) => void)[] = [];

  constructor(
    private readonly store: Store,
    private readonly lockOrder: readonly AnyTable[],
    private readonly ports: RuntimePorts,
    /** Of the service, for the spans. */
    private readonly name = '',
  ) {
    this.database = new DatabaseCheck(store, lockOrder);
  }

  onCommitted(listener: (committed: Committed) => void): void {
    this.#commitListeners.push(listener);
  }

  /** Calls back with the outcomes of each transaction, and the time that they took together. */
  onHandled(listener: (outcomes: Outcomes, milliseconds: number) => void): void {
    this.#handledListeners.push(listener);
  }

  /** Calls back when invocations were not done for a transient reason. */
  onTransient(listener: (error: Transient) => void): void {
    this.#transientListeners.push(listener);
  }

  async run(invocations: readonly Invocation[]): Promise<Outcomes> {
    const unchecked = this.database.isDone ? undefined : await this.#checkDatabase();
    if (unchecked) return this.#allTransient(invocations, unchecked);
    const parts = transactionsOf(invocations);
    return parts.length === 1 ? this.#traced(invocations) : this.#oneAfterAnother(parts);
  }

  /** The reason why nothing can be handled yet. Also a mismatch is no fault of a message: the start ends with it. */
  async #checkDatabase(): Promise<Transient | undefined> {
    try {
      await this.database.run();
      return undefined;
    } catch (error) {
      return error instanceof Transient ? error : new StoreUnavailable('other', String(error), { cause: error });
    }
  }

  /** A key that is not finished in one part is closed for the later parts. */
  async #oneAfterAnother(parts: readonly (readonly Invocation[])[]): Promise<Outcomes> {
    const outcomes: Outcomes = new Map();
    const closedKeys = new Set<string>();
    for (const part of parts) {
      const open = part.filter(({ orderingKey }) => !closedKeys.has(orderingKey));
      for (const [invocation, outcome] of await this.#traced(open)) {
        outcomes.set(invocation, outcome);
        if (isStopped(outcome)) closedKeys.add(invocation.orderingKey);
      }
      for (const invocation of part) if (!outcomes.has(invocation)) outcomes.set(invocation, { kind: 'deferred' });
    }
    return outcomes;
  }

  async #traced(invocations: readonly Invocation[]): Promise<Outcomes> {
    const spans = invocations.length > 0 ? TransactionSpans.begin(this.name, invocations) : undefined;
    const startedAt = this.ports.clock.now().getTime();
    const outcomes = await this.#together(invocations, spans);
    spans?.end(outcomes);
    const milliseconds = Math.max(0, this.ports.clock.now().getTime() - startedAt);
    for (const listener of this.#handledListeners) listener(outcomes, milliseconds);
    return outcomes;
  }

  async #together(invocations: readonly Invocation[], spans: Spans): Promise<Outcomes> {
    const [first] = invocations;
    if (!first) return new Map();
    try {
      return await this.#attempt(invocations, spans);
    } catch (error) {
      if (error instanceof Transient) return this.#allTransient(invocations, error);
      if (error instanceof PartialBatchError) return this.#withoutUndecided(invocations, error, spans);
      return invocations.length === 1 ? this.#alone(first, spans) : this.#halves(invocations, spans);
    }
  }

  async #attempt(invocations: readonly Invocation[], spans: Spans): Promise<Outcomes> {
    spans?.attempt();
    const { outcomes, committed } = await this.store.transaction((transaction) =>
      new Batch(transaction, this.lockOrder, this.ports, invocations, spans).run(),
    );
    spans?.committed();
    for (const listener of this.#commitListeners) listener(committed);
    return outcomes;
  }

  /** The undecided ones keep their outcome; the others run again. */
  async #withoutUndecided(
    invocations: readonly Invocation[],
    { outcomes }: PartialBatchError,
    spans: Spans,
  ): Promise<Outcomes> {
    spans?.event('again without what was not decided');
    const undecided = invocations.filter((invocation) => isUndecided(outcomeOf(outcomes, invocation)));
    const rest = await this.#together(
      invocations.filter((invocation) => !undecided.includes(invocation)),
      spans,
    );
    for (const invocation of undecided) rest.set(invocation, outcomeOf(outcomes, invocation));
    return rest;
  }

  /** Its save failed. It runs once more alone, because it may only have raced a concurrent insert; then it is the cause. */
  async #alone(invocation: Invocation, spans: Spans): Promise<Outcomes> {
    spans?.event('again alone');
    try {
      return await this.#attempt([invocation], spans);
    } catch (error) {
      if (error instanceof Transient) return this.#allTransient([invocation], error);
      if (error instanceof PartialBatchError) return error.outcomes;
      return new Map([[invocation, { kind: 'failed', error }]]);
    }
  }

  #allTransient(invocations: readonly Invocation[], error: Transient): Outcomes {
    for (const listener of this.#transientListeners) listener(error);
    return new Map(invocations.map((invocation) => [invocation, { kind: 'transient', error }]));
  }

  /** Splits between ordering keys. Within one key, the second half waits for the first. */
  async #halves(invocations: readonly Invocation[], spans: Spans): Promise<Outcomes> {
    spans?.event('again in halves');
    const keys = [...groupBy(invocations, (invocation) => invocation.orderingKey).values()];
    if (keys.length > 1) {
      const half = Math.ceil(keys.length / 2);
      return merge(
        await this.#together(keys.slice(0, half).flat(), spans),
        await this.#together(keys.slice(half).flat(), spans),
      );
    }
    const half = Math.ceil(invocations.length / 2);
    const first = await this.#together(invocations.slice(0, half), spans);
    const second = invocations.slice(half);
    return merge(
      first,
      [...first.values()].some(isStopped)
        ? new Map(second.map((invocation) => [invocation, { kind: 'deferred' }]))
        : await this.#together(second, spans),
    );
  }
}

const isStopped = ({ kind }: Outcome): boolean => kind === 'failed' || kind === 'deferred' || kind === 'transient';

const merge = (a: Outcomes, b: Outcomes): Outcomes => new Map([...a, ...b]);
