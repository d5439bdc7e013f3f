import type { Topic } from '@tradewind/messaging';
import { columnsOf } from './database.js';
import { freshId } from './ids.js';

/** What is to be said in the transaction under way, in its order. */
export class Says {
  readonly #rows: unknown[][] = [];

  /** Gives the message's id. The order is its key and its story. */
  say(topic: Topic, type: string, orderId: string, cause: string, payload: object): string {
    const id = freshId();
    this.#rows.push([id, topic.name, orderId, type, JSON.stringify(payload), cause]);
    return id;
  }

  get columns(): unknown[][] {
    return columnsOf(this.#rows, 6);
  }
}

/** What is to be said, from the six parameters of `Says.columns`, numbered per topic and key: the first parts of a `with`. */
export const numbered = `
said as (select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[]) with ordinality as s(id, topic, key, type, payload, causation, place)),
lanes as (
  insert into msg_sequences as known (topic, key, last) select topic, key, count(*) from said group by topic, key order by topic, key
  on conflict (topic, key) do update set last = known.last + excluded.last returning topic, key, last)`;

/** Appends it: the statement after that `with`. */
export const append = `
insert into msg_outbox (id, topic, key, type, version, sequence, payload, causation, correlation, occurred_at, archived)
select s.id, topic, key, s.type, 1, lanes.last - count(*) over (partition by topic, key) + row_number() over (partition by topic, key order by s.place),
  s.payload, s.causation, key, now(), true
from said s join lanes using (topic, key) order by s.place`;
