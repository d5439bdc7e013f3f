import { newId, Rows } from '../database.js';
import { OutboxRows, topics } from '../outbox.js';
import { timeoutName, type Advance, type Order, type SagaState } from './saga.js';

/** The rows of all sagas that one transaction advances. */
export class SagaChanges {
  readonly outbox = new OutboxRows();
  /** id, status, reason, time of the confirmation and new history of each order that has its outcome. */
  readonly outcomes = new Rows(5);
  readonly #sagas = new Map<string, SagaState>();
  readonly #history = new Rows(4);
  readonly #timeouts = new Rows(5);

  constructor(private readonly now: string) {}

  add({ state, history, outcome, command }: Advance, order: Order, cause: string): void {
    this.#sagas.set(state.id, state);
    for (const transition of history) this.#history.add(newId(), state.id, cause, JSON.stringify(transition));
    if (outcome) this.#publishOutcome(outcome, order, cause);
    if (!command) return;
    const { topic, type, payload, timeoutMs } = command;
    const messageId = this.outbox.publish(topic, type, order.orderId, cause, payload);
    const name = timeoutName(state);
    this.#timeouts.add(`${state.id} ${name}`, state.id, name, timeoutMs, messageId);
  }

  #publishOutcome(outcome: NonNullable<Advance['outcome']>, order: Order, cause: string): void {
    const { orderId, userId, total } = order;
    const now = this.now;
    const isConfirmed = outcome.status === 'confirmed';
    const reason = isConfirmed ? {} : { reason: outcome.reason };
    const history = JSON.stringify([{ what: outcome.status, ...reason, at: now }]);
    this.outcomes.add(orderId, outcome.status, reason.reason ?? null, isConfirmed ? now : null, history);
    const event = isConfirmed ? { total, confirmedAt: now } : { ...reason, rejectedAt: now };
    this.outbox.publish(topics.orderEvents, `order.${outcome.status}`, orderId, cause, { orderId, userId, ...event });
  }

  /** Parameters: id, key, status and state of each saga. */
  get sagas(): readonly unknown[][] {
    const rows = new Rows(4);
    for (const state of this.#sagas.values()) rows.add(state.id, state.key, state.status, JSON.stringify(state));
    return rows.columns;
  }

  /** The nine parameters of `insertHistory`. */
  get history(): readonly unknown[][] {
    return [...this.#history.columns, ...this.#timeouts.columns];
  }
}

/** Inserts history and timeouts: parts of a `with`, with nine parameters from `first` on. */
export const insertHistory = (first: number): string => {
  const parameter = (index: number): string => `$${first + index}`;
  return `
history as (insert into msg_saga_history (id, saga_id, at, cause, transition)
  select id, saga_id, now(), cause, transition::jsonb
  from unnest(${parameter(0)}::uuid[], ${parameter(1)}::text[], ${parameter(2)}::uuid[], ${parameter(3)}::text[]) as h(id, saga_id, cause, transition) order by id),
timeouts as (insert into msg_timeouts (id, saga_id, name, timeout_ms, started_by)
  select id, saga_id, name, timeout_ms, started_by
  from unnest(${parameter(4)}::text[], ${parameter(5)}::text[], ${parameter(6)}::text[], ${parameter(7)}::int[], ${parameter(8)}::uuid[]) as t(id, saga_id, name, timeout_ms, started_by) order by id
  on conflict (id) do update set timeout_ms = excluded.timeout_ms, started_by = excluded.started_by, due_at = null)`;
};
