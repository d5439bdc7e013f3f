import type { ParticipantEffects } from '../invariants/compensations.js';
import type { ObservedTransition, SagaHistory } from '../invariants/saga-history.js';
import type { SagaFacts } from '../invariants/sagas.js';
import { CompactTable, integers, names, TableById, texts, valuesOf } from './compact-table.js';
import type { Snapshot } from './snapshot.js';

/** A history comes as text, a line for each transition: many sagas have the same text, which is parsed and stored once. */
const histories = `
select s.id, s.saga, s.version, s.subject, s.status, s.state->>'step' as step, coalesce((
  select string_agg(concat_ws(E'\\t', j.transition->>'from', j.transition->>'to', j.transition->>'cause',
    case when j.transition->>'cause' = 'operator' and j.transition->>'detail' like 'skip:%' then 'skipped' end), E'\\n')
  from (select transition from msg_saga_history where saga_id = s.id order by transition->>'from', transition->>'to', transition->>'cause') j), '') as history
from msg_sagas s order by s.subject collate "C"`;
const orphans = `
select saga_id as saga, count(*)::int as transitions from msg_saga_history j where not exists (select 1 from msg_sagas s where s.id = j.saga_id) group by saga_id`;

/** With the commands that an operator discarded from the outbox: the saga published them, although they were never sent. */
const commands = `
with published as (
  select id, key, type from msg_outbox_archive where topic in ('stock.commands', 'payment.commands')
  union all select id, key, type from msg_outbox where topic in ('stock.commands', 'payment.commands')
  union all select (detail->>'message')::uuid, detail->>'key', detail->>'type' from msg_operator_actions
    where action = 'discard' and subject like 'outbox stock.commands %' or action = 'discard' and subject like 'outbox payment.commands %')
select key, type, count(distinct id)::int as times from published group by key, type order by key collate "C"`;

const eventsOf = (topic: string): string => `
events as (
  select key, type, payload::jsonb as event from msg_outbox_archive where topic = '${topic}'
  union all select key, type, payload::jsonb from msg_outbox where topic = '${topic}')`;
/** A repeated event has the time of the first; a release of nothing has no lines. */
const stockEffects = `
with ${eventsOf('stock.events')}
select key as "order", count(distinct event->>'reservedAt') filter (where type = 'stock.reserved')::int as reserved,
  count(distinct event->>'releasedAt') filter (where type = 'stock.released' and jsonb_array_length(event->'lines') > 0)::int as released,
  count(distinct event->>'takenBackAt') filter (where type = 'stock.taken-back')::int as "takenBack"
from events group by key order by key collate "C"`;
const paymentEffects = `
with ${eventsOf('payment.events')},
amounts as (select key, type, event, (event->'amount'->>'amount')::bigint as amount from events)
select key as "order", count(distinct event->>'takenAt') filter (where type = 'payment.taken' and amount > 0)::int as taken,
  count(distinct event->>'refundedAt') filter (where type = 'payment.refunded' and amount > 0)::int as refunded,
  coalesce(max(amount) filter (where type = 'payment.taken'), 0)::numeric as "takenPence",
  coalesce(max(amount) filter (where type = 'payment.refunded'), 0)::numeric as "refundedPence",
  coalesce(sum(amount) filter (where type = 'payment.goodwill-refunded'), 0)::numeric as "goodwillPence"
from amounts group by key order by key collate "C"`;

export interface SagaSources {
  readonly order: Snapshot;
  readonly product: Snapshot;
  readonly payment: Snapshot;
}

export type GatheredSagas = Omit<SagaFacts, 'waiting'>;

export async function gatherSagas({ order, product, payment }: SagaSources): Promise<GatheredSagas> {
  const parsed = new Interned((text: string) => (text === '' ? [] : text.split('\n').map(transitionOf)));
  const sagas = new CompactTable<SagaHistory>({
    id: texts(),
    saga: names(),
    version: names(),
    subject: texts(),
    status: names(),
    step: names(),
    transitions: names(),
  });
  for await (const { history, ...row } of order.stream<Omit<SagaHistory, 'transitions'> & { history: string }>(
    histories,
  ))
    sagas.add({ ...row, transitions: parsed.of(history) });
  return {
    sagas,
    orphans: await order.rows(orphans),
    commands: await commandsOf(order),
    effects: await effectsOf(product, payment),
  };
}

const transitionOf = (text: string): ObservedTransition => {
  const [from, to, cause, skipped] = text.split('\t') as [string, string, string, string?];
  return { from, to, cause, skipped: skipped !== undefined };
};

async function commandsOf(order: Snapshot): Promise<GatheredSagas['commands']> {
  const counts = new Interned((text: string) => JSON.parse(text) as Readonly<Record<string, number>>);
  const found = new TableById<{ readonly times: Readonly<Record<string, number>> }>({ times: names() });
  let key: string | undefined;
  let times: Record<string, number> = {};
  const addLast = (): void => void (key !== undefined && found.add(key, { times: counts.of(JSON.stringify(times)) }));
  for await (const row of order.stream<{ key: string; type: string; times: number }>(commands)) {
    if (row.key !== key) {
      addLast();
      [key, times] = [row.key, {}];
    }
    times[row.type] = row.times;
  }
  addLast();
  return valuesOf(found, ({ times: counted }) => counted);
}

type StockEffects = Pick<ParticipantEffects, 'reserved' | 'released' | 'takenBack'>;
type PaymentEffects = Pick<ParticipantEffects, 'taken' | 'refunded'> & {
  readonly takenPence: bigint;
  readonly refundedPence: bigint;
  readonly goodwillPence: bigint;
};
const noStock: StockEffects = { reserved: 0, released: 0, takenBack: 0 };
const noPayment: PaymentEffects = { taken: 0, refunded: 0, takenPence: 0n, refundedPence: 0n, goodwillPence: 0n };

async function effectsOf(product: Snapshot, payment: Snapshot): Promise<GatheredSagas['effects']> {
  const stock = new TableById<StockEffects>({ reserved: names(), released: names(), takenBack: names() });
  for await (const { order, ...times } of product.stream<StockEffects & { order: string }>(stockEffects))
    stock.add(order, times);
  const payments = new TableById<PaymentEffects>({
    taken: names(),
    refunded: names(),
    takenPence: integers(),
    refundedPence: integers(),
    goodwillPence: integers(),
  });
  for await (const { order, ...row } of payment.stream<PaymentEffects & { order: string }>(paymentEffects))
    payments.add(order, row);
  return {
    get(order) {
      const { taken, refunded, takenPence, refundedPence, goodwillPence } = payments.get(order) ?? noPayment;
      const pence = { taken: takenPence, refunded: refundedPence, goodwill: goodwillPence };
      return { ...(stock.get(order) ?? noStock), taken, refunded, pence };
    },
  };
}

/** One value for equal texts. */
class Interned<T> {
  readonly #values = new Map<string, T>();

  constructor(private readonly make: (text: string) => T) {}

  of(text: string): T {
    let value = this.#values.get(text);
    if (value === undefined) this.#values.set(text, (value = this.make(text)));
    return value;
  }
}
