import type { Observed, SagaStory } from '../audit/saga-story.js';
import type { Happened } from '../audit/undone-once.js';
import type { Snapshot } from './read-only.js';

/** A line of the journal is told by four words, and a saga's journal by its lines: many sagas have the very same. */
const stories = `
select s.id, s.saga, s.version, s.subject, s.status, s.state->>'step' as step, coalesce((
  select string_agg(concat_ws(E'\\t', j.transition->>'from', j.transition->>'to', j.transition->>'cause',
    case when j.transition->>'cause' = 'operator' and j.transition->>'detail' like 'skip:%' then 'skipped' end), E'\\n')
  from (select transition from msg_saga_journal where saga_id = s.id order by transition->>'from', transition->>'to', transition->>'cause') j), '') as journal
from msg_sagas s`;
const orphans = `
select saga_id as saga, count(*)::int as lines from msg_saga_journal j where not exists (select 1 from msg_sagas s where s.id = j.saga_id) group by saga_id`;

/** Also what an operator has taken out of the outbox: it was said, though nobody will hear it. */
const commands = `
with said as (
  select id, key, type from msg_outbox_archive where topic in ('stock.commands', 'payment.commands')
  union all select id, key, type from msg_outbox where topic in ('stock.commands', 'payment.commands')
  union all select (detail->>'message')::uuid, detail->>'key', detail->>'type' from msg_operator_actions
    where action = 'discard' and subject like 'outbox stock.commands %' or action = 'discard' and subject like 'outbox payment.commands %')
select key, type, count(distinct id)::int as times from said group by key, type`;

const words = (topic: string): string => `
words as (
  select key, type, payload::jsonb as word from msg_outbox_archive where topic = '${topic}'
  union all select key, type, payload::jsonb from msg_outbox where topic = '${topic}')`;
/** A word that repeats an earlier one has its time; a release of nothing has no lines. */
const goods = `
with ${words('stock.events')}
select key as "order", count(distinct word->>'reservedAt') filter (where type = 'stock.reserved')::int as reserved,
  count(distinct word->>'releasedAt') filter (where type = 'stock.released' and jsonb_array_length(word->'lines') > 0)::int as released,
  count(distinct word->>'takenBackAt') filter (where type = 'stock.taken-back')::int as "takenBack"
from words group by key`;
const money = `
with ${words('payment.events')},
sums as (select key, type, word, (word->'amount'->>'amount')::bigint as amount from words)
select key as "order", count(distinct word->>'takenAt') filter (where type = 'payment.taken' and amount > 0)::int as taken,
  count(distinct word->>'refundedAt') filter (where type = 'payment.refunded' and amount > 0)::int as refunded,
  coalesce(max(amount) filter (where type = 'payment.taken'), 0)::float8 as "takenPence",
  coalesce(max(amount) filter (where type = 'payment.refunded'), 0)::float8 as "refundedPence",
  coalesce(sum(amount) filter (where type = 'payment.goodwill-refunded'), 0)::float8 as "goodwillPence"
from sums group by key`;

export interface GatheredStories {
  readonly stories: readonly SagaStory[];
  readonly orphans: readonly { readonly saga: string; readonly lines: number }[];
  readonly commands: ReadonlyMap<string, Readonly<Record<string, number>>>;
  readonly happened: ReadonlyMap<string, Happened>;
}

/** Equal journals, and equal counts, are kept once. */
export async function gatherStories(order: Snapshot, product: Snapshot, payment: Snapshot): Promise<GatheredStories> {
  const journals = new Once((text: string) => (text === '' ? [] : text.split('\n').map(lineOf)));
  const found: SagaStory[] = [];
  for await (const { journal, ...row } of order.stream<Omit<SagaStory, 'journal'> & { journal: string }>(stories))
    found.push({ ...row, journal: journals.of(journal) });
  return {
    stories: found,
    orphans: await order.rows(orphans),
    commands: await commandsOf(order),
    happened: await happenedTo(product, payment),
  };
}

const lineOf = (text: string): Observed => {
  const [from, to, cause, skipped] = text.split('\t') as [string, string, string, string?];
  return { from, to, cause, skipped: skipped !== undefined };
};

async function commandsOf(order: Snapshot): Promise<Map<string, Readonly<Record<string, number>>>> {
  const counts = new Once((text: string) => JSON.parse(text) as Readonly<Record<string, number>>);
  const found = new Map<string, Readonly<Record<string, number>>>();
  for await (const { key, type, times } of order.stream<{ key: string; type: string; times: number }>(commands)) {
    found.set(key, counts.of(JSON.stringify({ ...found.get(key), [type]: times })));
  }
  return found;
}

async function happenedTo(product: Snapshot, payment: Snapshot): Promise<Map<string, Happened>> {
  const found = new Map<string, Happened>();
  const nothing = {
    reserved: 0,
    released: 0,
    takenBack: 0,
    taken: 0,
    refunded: 0,
    pence: { taken: 0, refunded: 0, goodwill: 0 },
  };
  for await (const { order, ...times } of product.stream<{
    order: string;
    reserved: number;
    released: number;
    takenBack: number;
  }>(goods))
    found.set(order, { ...nothing, ...times });
  for await (const row of payment.stream<{
    order: string;
    taken: number;
    refunded: number;
    takenPence: number;
    refundedPence: number;
    goodwillPence: number;
  }>(money)) {
    const { order, taken, refunded, takenPence, refundedPence, goodwillPence } = row;
    found.set(order, {
      ...(found.get(order) ?? nothing),
      taken,
      refunded,
      pence: { taken: takenPence, refunded: refundedPence, goodwill: goodwillPence },
    });
  }
  return found;
}

/** What equal texts mean, made once. */
class Once<T> {
  readonly #made = new Map<string, T>();

  constructor(private readonly make: (text: string) => T) {}

  of(text: string): T {
    let made = this.#made.get(text);
    if (made === undefined) this.#made.set(text, (made = this.make(text)));
    return made;
  }
}
