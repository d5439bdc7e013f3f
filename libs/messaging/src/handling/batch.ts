import { groupBy, isRejection } from '@tradewind/kernel';
import { toOutboxRow } from '../outbox/envelope.js';
import {
  newId,
  UniqueConflict,
  type AnyTable,
  type Change,
  type EffectRow,
  type Idempotency,
  type OutboxRow,
  type RuntimePorts,
  type TimeoutRow,
  type Transaction,
} from '../ports/index.js';
import { Decision, type EffectRequest, type Timeout } from './decision.js';
import type { DecisionContext } from './handler-context.js';
import { outcomeOf, type Invocation, type Outcome, type Outcomes } from './invocation.js';
import { LoadedTable } from './loaded-table.js';

/** Rows that one batch may load. Invocations beyond it are deferred to the next batch. */
const maxRows = 5_000;

type Context = Record<string, unknown> & DecisionContext;

/** What a batch committed. */
export interface Committed {
  readonly changes: readonly { readonly table: string; readonly key: string }[];
  /** Messages put into the outbox. */
  readonly published: number;
  /** Effects scheduled. */
  readonly scheduled: number;
}

/** One transaction over many invocations: mark, load in the lock order, decide each in memory, save everything at once. */
export class Batch {
  readonly #outcomes: Outcomes = new Map();
  readonly #tables: ReadonlyMap<string, LoadedTable>;
  readonly #contexts = new Map<Invocation, Context>();
  readonly #messages: OutboxRow[] = [];
  readonly #effects: EffectRow[] = [];
  readonly #timeouts = new Map<string, TimeoutRow>();
  readonly #cancelledTimeouts = new Set<string>();
  readonly #answers: { claim: Idempotency; answer: unknown }[] = [];
  readonly #now: Date;

  constructor(
    private readonly transaction: Transaction,
    lockOrder: readonly AnyTable[],
    private readonly ports: RuntimePorts,
    private readonly invocations: readonly Invocation[],
  ) {
    this.#tables = new Map(lockOrder.map((table) => [table.name, new LoadedTable(table)]));
    this.#now = ports.clock.now();
  }

  async run(): Promise<{ outcomes: Outcomes; committed: Committed }> {
    // crashpoint: batch.before-marks
    await this.#mark();
    await this.#claim();
    await this.#end();
    await this.#load();
    // crashpoint: batch.after-load
    for (const invocation of this.invocations) if (this.#isOpen(invocation)) await this.#decide(invocation);
    await this.#release();
    return { outcomes: this.#outcomes, committed: await this.#save() };
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
        if (!(await this.transaction.markRedriven(consumer, invocation.cause, invocation.orderingKey)))
          this.#settle(invocation, { kind: 'duplicate' });
      }
      const marks = invocations.filter((invocation) => !invocation.redriven && this.#isOpen(invocation));
      if (marks.length === 0) continue;
      const { duplicates, blocked } = await this.transaction.mark(
        consumer,
        marks.map(({ cause, orderingKey }) => ({ id: cause, orderingKey })),
      );
      for (const invocation of marks) {
        if (duplicates.has(invocation.cause)) this.#settle(invocation, { kind: 'duplicate' });
        else if (blocked.has(invocation.cause)) this.#settle(invocation, { kind: 'blocked' });
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
      const by = new Map<string, Set<string>>();
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
          const values = this.#valuesOf(invocation, () => [...load.values(invocation.input, context)]);
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
      const decided = await invocation.decide(this.#contextOf(invocation));
      if (isRejection(decided)) return this.#settle(invocation, { kind: 'rejected', rejection: decided });
      if (!(decided instanceof Decision))
        throw new TypeError('a handler must return a decision: save(…), publish(…), nothing() …');
      this.#accept(invocation, decided);
      this.#settle(invocation, { kind: 'done', answer: decided.answer });
    } catch (error) {
      this.#fail(invocation, error);
    }
  }

  /** Accepts a decision as a whole; nothing of it when a part is invalid. */
  #accept(invocation: Invocation, decision: Decision<unknown>): void {
    const tableOf = (change: Change): LoadedTable => {
      const loaded = this.#tables.get(change.table.name);
      if (!loaded) throw new TypeError(`the table ${change.table.name} is missing from the service's lock order`);
      return loaded;
    };
    checkInsertsOnce(decision);
    for (const change of decision.changes) tableOf(change).check(change);
    const ids = new Map<object, string>();
    const messages = decision.messages.map((message) => {
      const id = newId(this.ports);
      ids.set(message, id);
      return toOutboxRow(message, {
        id,
        at: this.#now,
        cause: invocation.cause,
        correlation: invocation.correlation,
        traceparent: invocation.traceparent ?? null,
      });
    });
    for (const change of decision.changes) tableOf(change).apply(change);
    this.#messages.push(...messages);
    this.#effects.push(...decision.effects.map((request) => this.#effectRowOf(invocation, request)));
    for (const id of decision.cancelledTimeouts) if (!this.#timeouts.delete(id)) this.#cancelledTimeouts.add(id);
    for (const timeout of decision.timeouts) this.#timeouts.set(timeout.id, timeoutRowOf(timeout, ids));
    if (invocation.idempotency) this.#answers.push({ claim: invocation.idempotency, answer: decision.answer });
  }

  #effectRowOf(invocation: Invocation, { effect, key, payload }: EffectRequest): EffectRow {
    return {
      id: newId(this.ports),
      name: effect,
      key,
      payload,
      cause: invocation.cause,
      correlation: invocation.correlation ?? key,
    };
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

  async #save(): Promise<Committed> {
    // crashpoint: batch.before-save
    const changedRows: { table: string; key: string }[] = [];
    for (const [name, loaded] of this.#tables) {
      const { changes } = loaded;
      if (changes.length === 0) continue;
      await this.transaction.save(loaded.table, changes, loaded.known);
      for (const { key } of changes) changedRows.push({ table: name, key });
    }
    await this.transaction.saveAnswers(this.#answers);
    await this.transaction.scheduleEffects(this.#effects);
    await this.transaction.append(this.#messages);
    await this.transaction.scheduleTimeouts([...this.#timeouts.values()], [...this.#cancelledTimeouts]);
    return { changes: changedRows, published: this.#messages.length, scheduled: this.#effects.length };
  }
}

/** An effect, a timeout or a redriven message was not decided: its end must not be committed, so the others run again without it. */
export class PartialBatchError extends Error {
  override readonly name = 'PartialBatchError';
  constructor(readonly outcomes: Outcomes) {
    super('an invocation that ends a row was not decided');
  }
}

/** A decision that inserts one key twice fails as it would in the database. */
function checkInsertsOnce({ changes }: Decision<unknown>): void {
  const inserted = new Set<string>();
  for (const { table, key, isNew } of changes) {
    if (!isNew) continue;
    const row = `${table.name} ${key}`;
    if (inserted.has(row)) throw new UniqueConflict(`${table.name}_pkey`);
    inserted.add(row);
  }
}

export const isUndecided = ({ kind }: Outcome): boolean =>
  kind === 'failed' || kind === 'deferred' || kind === 'rejected';

const byConsumer = (invocations: readonly Invocation[]): Iterable<[string, Invocation[]]> =>
  groupBy(
    invocations.filter((invocation) => invocation.consumer !== undefined),
    (invocation) => invocation.consumer ?? '',
  );

const timeoutRowOf = (timeout: Timeout, ids: ReadonlyMap<object, string>): TimeoutRow => ({
  id: timeout.id,
  sagaId: timeout.sagaId,
  name: timeout.name,
  timeoutMs: timeout.milliseconds,
  startedBy: timeout.command ? (ids.get(timeout.command) ?? null) : null,
});
