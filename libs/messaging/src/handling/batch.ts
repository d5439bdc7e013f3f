import { newId, groupBy, isRejection } from '@tradewind/kernel';
import type { AnyTable, RuntimePorts, Transaction } from '../ports/index.js';
import type { TransactionSpans } from '../tracing/index.js';
import { Decision } from './decision.js';
import type { DecisionContext } from './handler-context.js';
import { doubt } from './inbox-place.js';
import { outcomeOf, type Invocation, type Outcome, type Outcomes } from './invocation.js';
import { LoadedTable } from './loaded-table.js';
import { UnitOfWork, type Saved } from './unit-of-work.js';

/** Rows that one batch may load. Invocations beyond it are deferred to the next batch. */
const maxRows = 5_000;

type Context = Record<string, unknown> & DecisionContext;

/** What a batch committed. */
export interface Committed extends Saved {
  /** Whether handlers wrote by themselves: what they published through their EntityManager is not counted. */
  readonly transactional: boolean;
}

/** One transaction over many invocations: mark, load in the lock order, decide each in memory, save everything at once. */
export class Batch {
  readonly #outcomes: Outcomes = new Map();
  readonly #tables: ReadonlyMap<string, LoadedTable>;
  readonly #contexts = new Map<Invocation, Context>();
  readonly #work: UnitOfWork;
  readonly #now: Date;

  constructor(
    private readonly transaction: Transaction,
    lockOrder: readonly AnyTable[],
    private readonly ports: RuntimePorts,
    private readonly invocations: readonly Invocation[],
    private readonly spans?: TransactionSpans<Invocation>,
  ) {
    this.#tables = new Map(lockOrder.map((table) => [table.name, new LoadedTable(table)]));
    this.#now = ports.clock.now();
    this.#work = new UnitOfWork(this.#tables, ports, this.#now);
  }

  async run(): Promise<{ outcomes: Outcomes; committed: Committed }> {
    // crashpoint: batch.before-marks
    await this.#mark();
    await this.#claim();
    await this.#end();
    await this.#load();
    // crashpoint: batch.after-load
    for (const invocation of this.invocations) {
      if (!this.#isOpen(invocation)) continue;
      if (invocation.transactional) await this.#handle(invocation);
      else await this.#decide(invocation);
    }
    await this.#release();
    // crashpoint: batch.before-save
    const saved = await this.#work.save(this.transaction);
    const transactional = this.invocations.some((invocation) => invocation.transactional);
    return { outcomes: this.#outcomes, committed: { ...saved, transactional } };
  }

  #isOpen(invocation: Invocation): boolean {
    return !this.#outcomes.has(invocation);
  }

  #settle(invocation: Invocation, outcome: Outcome): void {
    this.#outcomes.set(invocation, outcome);
  }

  async #mark(): Promise<void> {
    for (const [consumer, invocations] of byConsumer(this.invocations)) {
      const first = new Set<string>();
      for (const invocation of invocations) {
        if (first.has(invocation.cause)) this.#settle(invocation, { kind: 'duplicate' });
        first.add(invocation.cause);
      }
      for (const invocation of invocations.filter((each) => each.redriven)) {
        if (
          !(await this.transaction.markRedriven(
            consumer,
            invocation.cause,
            invocation.orderingKey,
            invocation.deadLetterId,
          ))
        )
          this.#settle(invocation, { kind: 'duplicate' });
      }
      const marks = invocations.filter((invocation) => !invocation.redriven && this.#isOpen(invocation));
      if (marks.length === 0) continue;
      const { duplicates, blocked, doubtful } = await this.transaction.mark(
        consumer,
        marks.map(({ cause, orderingKey, place }) => ({ id: cause, orderingKey, place })),
      );
      for (const invocation of marks) {
        if (duplicates.has(invocation.cause)) this.#settle(invocation, { kind: 'duplicate' });
        else if (blocked.has(invocation.cause)) this.#settle(invocation, { kind: 'blocked' });
        else if (doubtful.has(invocation.cause) && this.#isOpen(invocation)) this.#fail(invocation, doubt(invocation));
      }
    }
  }

  async #claim(): Promise<void> {
    const claims = this.invocations.flatMap((invocation) =>
      invocation.idempotency ? [{ invocation, idempotency: invocation.idempotency }] : [],
    );
    if (claims.length === 0) return;
    const results = await this.transaction.claim(claims.map(({ idempotency }) => ({ ...idempotency, at: this.#now })));
    for (const [at, { invocation, idempotency }] of claims.entries()) {
      const result = results[at];
      if (!result) throw new Error('the store did not answer every idempotency claim');
      if (result.isNew) continue;
      this.#settle(
        invocation,
        result.bodyHash === idempotency.bodyHash ? { kind: 'replayed', answer: result.answer } : { kind: 'mismatch' },
      );
    }
  }

  /** Ends effects and timeouts. One that no longer exists was handled by another instance. */
  async #end(): Promise<void> {
    const effects = this.invocations.flatMap((invocation) =>
      invocation.effect ? [{ invocation, effect: invocation.effect }] : [],
    );
    if (effects.length > 0) {
      const ended = await this.transaction.finishEffects(effects.map(({ effect }) => effect));
      for (const { invocation, effect } of effects)
        if (!ended.has(effect.id)) this.#settle(invocation, { kind: 'duplicate' });
    }
    const timeouts = this.invocations.flatMap((invocation) =>
      invocation.timeout === undefined ? [] : [{ invocation, id: invocation.timeout }],
    );
    if (timeouts.length > 0) {
      const taken = await this.transaction.takeTimeouts(timeouts.map(({ id }) => id));
      for (const { invocation, id } of timeouts) if (!taken.has(id)) this.#settle(invocation, { kind: 'duplicate' });
    }
  }

  async #load(): Promise<void> {
    let rows = 0;
    for (const invocation of this.invocations)
      if (this.#isOpen(invocation)) this.#contexts.set(invocation, this.#newContext(invocation));
    for (const [name, loaded] of this.#tables) {
      const { table } = loaded;
      const by = new Map<string | readonly string[], Set<string>>();
      const views: (() => void)[] = [];
      for (const invocation of this.invocations) {
        if (!this.#isOpen(invocation)) continue;
        if (rows > maxRows) {
          this.#settle(invocation, { kind: 'deferred' });
          continue;
        }
        const context = this.#contextOf(invocation);
        for (const [property, load] of Object.entries(invocation.load)) {
          if (load.table.name !== name) continue;
          const values = this.#valuesOf(invocation, () => loaded.valuesOf(load, invocation.input, context));
          if (!values) break;
          const wanted = by.get(load.by) ?? new Set<string>();
          for (const value of values) wanted.add(value);
          by.set(load.by, wanted);
          if (load.by === table.key) loaded.request(values);
          rows += values.length;
          views.push(() => (context[property] = loaded.view(load as never, values)));
        }
      }
      const wanted = new Map([...by].filter(([, values]) => values.size > 0));
      if (wanted.size > 0) loaded.add(await this.transaction.load({ table, by: wanted }));
      for (const view of views) view();
    }
  }

  #valuesOf(invocation: Invocation, values: () => string[]): string[] | undefined {
    try {
      return values();
    } catch (error) {
      this.#fail(invocation, error);
      return undefined;
    }
  }

  #newContext(invocation: Invocation): Context {
    return {
      now: this.#now,
      newId: () => newId(this.ports),
      cause: invocation.cause,
      sequence: invocation.sequence ?? 0n,
      ...(invocation.originalId === undefined ? {} : { originalId: invocation.originalId }),
    };
  }

  #contextOf(invocation: Invocation): Context {
    const context = this.#contexts.get(invocation);
    if (!context) throw new Error(`nothing was loaded for ${invocation.cause}`);
    return context;
  }

  /** Later invocations of the same ordering key must not overtake a failed one. */
  #fail(invocation: Invocation, error: unknown): void {
    this.#settle(invocation, { kind: 'failed', error });
    for (const later of this.invocations.slice(this.invocations.indexOf(invocation) + 1)) {
      if (later.orderingKey === invocation.orderingKey && this.#isOpen(later))
        this.#settle(later, { kind: 'deferred' });
    }
  }

  async #decide(invocation: Invocation): Promise<void> {
    try {
      const context = this.#contextOf(invocation);
      const decided = await (this.spans
        ? this.spans.within(invocation, () => invocation.decide(context))
        : invocation.decide(context));
      if (isRejection(decided)) return this.#settle(invocation, { kind: 'rejected', rejection: decided });
      if (!(decided instanceof Decision))
        throw new TypeError('a handler with `load` must return a decision: save(…), publish(…), nothing() …');
      this.#work.accept(invocation, decided, this.spans?.decision(invocation))();
      this.#settle(invocation, { kind: 'done', answer: decided.answer });
    } catch (error) {
      this.#fail(invocation, error);
    }
  }

  /** Runs a transactional handler. Its decision holds only what is published and scheduled; the rows it has written itself. */
  async #handle(invocation: Invocation): Promise<void> {
    const context = this.#contextOf(invocation);
    const ended = await this.transaction.savepoint(async (manager) => {
      const all = { ...context, manager };
      const decided = await (this.spans
        ? this.spans.within(invocation, () => invocation.decide(all))
        : invocation.decide(all));
      return this.#work.accept(invocation, decided as Decision, this.spans?.decision(invocation));
    });
    if ('error' in ended) return this.#fail(invocation, ended.error);
    ended.result();
    this.#settle(invocation, { kind: 'done', answer: undefined });
  }

  /** Releases the inbox marks and idempotency keys of what was not decided. */
  async #release(): Promise<void> {
    const undecided = this.invocations.filter((invocation) => isUndecided(outcomeOf(this.#outcomes, invocation)));
    for (const [consumer, invocations] of byConsumer(undecided)) {
      await this.transaction.unmark(
        consumer,
        invocations.map((invocation) => invocation.cause),
      );
    }
    await this.transaction.unclaim(undecided.flatMap((invocation) => invocation.idempotency ?? []));
    if (undecided.some(({ effect, timeout, redriven }) => effect || timeout !== undefined || redriven))
      throw new PartialBatchError(this.#outcomes);
  }
}

/** An effect, a timeout or a redriven message was not decided: its end must not be committed, so the others run again without it. */
export class PartialBatchError extends Error {
  override readonly name = 'PartialBatchError';
  constructor(readonly outcomes: Outcomes) {
    super('an invocation that ends a row was not decided');
  }
}

export const isUndecided = ({ kind }: Outcome): boolean =>
  kind === 'failed' || kind === 'deferred' || kind === 'rejected';

const byConsumer = (invocations: readonly Invocation[]): Iterable<[string, Invocation[]]> =>
  groupBy(
    invocations.filter((invocation) => invocation.consumer !== undefined),
    (invocation) => invocation.consumer ?? '',
  );
