import { newId } from '@tradewind/kernel';
import { toOutboxRow } from '../outbox/envelope.js';
import {
  checkKey,
  UniqueConflict,
  type RequestedChange,
  type EffectRow,
  type Idempotency,
  type OutboxRow,
  type RuntimePorts,
  type TimeoutRow,
  type TraceContext,
  type Transaction,
} from '../ports/index.js';
import type { DecisionSpans } from '../tracing/index.js';
import type { Decision, EffectRequest, Timeout } from './decision.js';
import type { Invocation } from './invocation.js';
import type { LoadedTable } from './loaded-table.js';

/** What was saved in one transaction. */
export interface Saved {
  readonly changes: readonly { readonly table: string; readonly key: string; readonly row: object | undefined }[];
  /** Messages put into the outbox. */
  readonly messages: readonly OutboxRow[];
  readonly published: number;
  /** Effects scheduled. */
  readonly scheduled: number;
}

/** Everything that the decisions of one transaction change, kept in memory and saved with a few statements. */
export class UnitOfWork {
  readonly #messages: OutboxRow[] = [];
  readonly #effects: EffectRow[] = [];
  readonly #timeouts = new Map<string, TimeoutRow>();
  readonly #cancelledTimeouts = new Set<string>();
  readonly #answers: { claim: Idempotency; answer: unknown }[] = [];

  constructor(
    private readonly tables: ReadonlyMap<string, LoadedTable>,
    private readonly ports: RuntimePorts,
    private readonly now: Date,
  ) {}

  /** Checks a decision as a whole: throws when a part is invalid. Returns the function that adds it. */
  accept(invocation: Invocation, decision: Decision<unknown>, spans?: DecisionSpans): () => void {
    checkInsertsOnce(decision);
    for (const change of decision.changes) this.#tableOf(change).check(change);
    for (const { effect, key } of decision.effects) checkKey(`the key of the effect ${effect}`, key);
    const ids = new Map<object, string>();
    const messages = decision.messages.map((message) => {
      const id = newId(this.ports);
      ids.set(message, id);
      return toOutboxRow(
        message,
        { id, at: this.now, cause: invocation.cause, correlation: invocation.correlation, trace: passedOn(invocation) },
        spans,
      );
    });
    return () => {
      for (const change of decision.changes) this.#tableOf(change).apply(change);
      this.#messages.push(...messages);
      this.#effects.push(...decision.effects.map((request) => this.#effectRowOf(invocation, request, spans)));
      for (const id of decision.cancelledTimeouts) if (!this.#timeouts.delete(id)) this.#cancelledTimeouts.add(id);
      for (const timeout of decision.timeouts) this.#timeouts.set(timeout.id, timeoutRowOf(timeout, ids, spans));
      if (invocation.idempotency) this.#answers.push({ claim: invocation.idempotency, answer: decision.answer });
    };
  }

  async save(transaction: Transaction): Promise<Saved> {
    const changedRows: { table: string; key: string; row: object | undefined }[] = [];
    for (const [name, loaded] of this.tables) {
      const { changes } = loaded;
      if (changes.length === 0) continue;
      await transaction.save(loaded.table, changes, loaded.known);
      for (const { key, row } of changes) changedRows.push({ table: name, key, row });
    }
    await transaction.saveAnswers(this.#answers);
    await transaction.scheduleEffects(this.#effects);
    await transaction.append(this.#messages);
    await transaction.scheduleTimeouts([...this.#timeouts.values()], [...this.#cancelledTimeouts]);
    return {
      changes: changedRows,
      messages: this.#messages,
      published: this.#messages.length,
      scheduled: this.#effects.length,
    };
  }

  #tableOf({ table }: RequestedChange): LoadedTable {
    const loaded = this.tables.get(table.name);
    if (!loaded) throw new TypeError(`the table ${table.name} is missing from the service's lock order`);
    return loaded;
  }

  #effectRowOf(invocation: Invocation, { effect, key, payload }: EffectRequest, spans?: DecisionSpans): EffectRow {
    return {
      id: newId(this.ports),
      name: effect,
      key,
      payload,
      cause: invocation.cause,
      correlation: invocation.correlation ?? key,
      trace: (spans ? spans.trace : passedOn(invocation)) ?? null,
    };
  }
}

/** Without a tracer a trace that comes from others goes on to others. */
const passedOn = ({ trace, startsTrace }: Invocation): TraceContext | undefined =>
  startsTrace ? undefined : (trace ?? undefined);

/** A decision that inserts one key twice fails as it would in the database. */
function checkInsertsOnce({ changes }: Decision<unknown>): void {
  const inserted = new Set<string>();
  for (const { table, key, isNew } of changes) {
    if (isNew === false) continue;
    const row = `${table.name} ${key}`;
    if (inserted.has(row)) throw new UniqueConflict(`${table.name}_pkey`);
    inserted.add(row);
  }
}

const timeoutRowOf = (timeout: Timeout, ids: ReadonlyMap<object, string>, spans?: DecisionSpans): TimeoutRow => ({
  id: timeout.id,
  sagaId: timeout.sagaId,
  name: timeout.name,
  timeoutMs: timeout.milliseconds,
  startedBy: timeout.command ? (ids.get(timeout.command) ?? null) : null,
  trace: spans?.trace ?? null,
});
