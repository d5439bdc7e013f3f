import { columnsOf } from '../database.js';
import { freshId } from '../ids.js';
import { Says } from '../outbox.js';
import { topics } from '../topics.js';
import { deadlineName, type Move, type Order, type SagaState } from './saga.js';

interface Fact {
  readonly what: 'confirmed' | 'rejected';
  readonly at: string;
  readonly reason?: string;
}

/** The rows of what the sagas of one transaction have come to. */
export class Moves {
  readonly says = new Says();
  readonly #sagas = new Map<string, SagaState>();
  readonly #outcomes: unknown[][] = [];
  readonly #journal: unknown[][] = [];
  readonly #timers: unknown[][] = [];

  constructor(private readonly now: string) {}

  make({ state, journal, outcome, ask }: Move, order: Order, cause: string): void {
    this.#sagas.set(state.id, state);
    for (const transition of journal) this.#journal.push([freshId(), state.id, cause, JSON.stringify(transition)]);
    if (outcome) this.#tell(outcome, order, cause);
    if (!ask) return;
    const command = this.says.say(ask.topic, ask.type, order.orderId, cause, ask.payload);
    const name = deadlineName(state);
    this.#timers.push([`${state.id} ${name}`, state.id, name, ask.within, command]);
  }

  #tell(outcome: NonNullable<Move['outcome']>, { orderId, userId, total }: Order, cause: string): void {
    const { now } = this;
    const fact: Fact = { what: outcome.status, ...('reason' in outcome && { reason: outcome.reason }), at: now };
    this.#outcomes.push([
      orderId,
      outcome.status,
      fact.reason ?? null,
      outcome.status === 'confirmed' ? now : null,
      JSON.stringify([fact]),
    ]);
    if (outcome.status === 'confirmed')
      this.says.say(topics.orderEvents, 'order.confirmed', orderId, cause, {
        orderId,
        userId,
        total,
        confirmedAt: now,
      });
    else
      this.says.say(topics.orderEvents, 'order.rejected', orderId, cause, {
        orderId,
        userId,
        reason: outcome.reason,
        rejectedAt: now,
      });
  }

  /** id, key, status and state of each saga that has moved. */
  get sagas(): unknown[][] {
    return columnsOf(
      [...this.#sagas.values()].map((state) => [state.id, state.key, state.status, JSON.stringify(state)]),
      4,
    );
  }

  /** id, status, reason, time of the confirmation and the new facts of each order that has its outcome. */
  get outcomes(): unknown[][] {
    return columnsOf(this.#outcomes, 5);
  }

  /** id, saga, cause and transition. */
  get journal(): unknown[][] {
    return columnsOf(this.#journal, 4);
  }

  /** id, saga, name, milliseconds and the command that it waits for the answer to. */
  get timers(): unknown[][] {
    return columnsOf(this.#timers, 5);
  }
}

/** Lines of the journal, from the four parameters from `first` on: a part of a `with`. */
export const journalled = (first: number): string => `
journalled as (insert into msg_saga_journal (id, saga_id, at, cause, transition)
  select id, saga_id, now(), cause, transition::jsonb from unnest($${first}::uuid[], $${first + 1}::text[], $${first + 2}::uuid[], $${first + 3}::text[]) as j(id, saga_id, cause, transition) order by id)`;

/** Deadlines, from the five parameters from `first` on. */
export const armed = (first: number): string => `
armed as (insert into msg_timers (id, saga_id, name, milliseconds, started_by)
  select id, saga_id, name, milliseconds, started_by
  from unnest($${first}::text[], $${first + 1}::text[], $${first + 2}::text[], $${first + 3}::int[], $${first + 4}::uuid[]) as t(id, saga_id, name, milliseconds, started_by) order by id
  on conflict (id) do update set milliseconds = excluded.milliseconds, started_by = excluded.started_by, due_at = null)`;
