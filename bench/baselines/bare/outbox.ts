import { topics as shop } from '@tradewind/contracts';
import type { Topic } from '@tradewind/messaging';
import { newId, Rows } from './database.js';

const own = ({ name, ...rest }: Topic): Topic => ({ ...rest, name: `bare.${name}` });

/** The topics of the shop under other names, with the same numbers of partitions. */
export const topics = {
  stockCommands: own(shop.stockCommands),
  stockEvents: own(shop.stockEvents),
  paymentCommands: own(shop.paymentCommands),
  paymentEvents: own(shop.paymentEvents),
  orderEvents: own(shop.orderEvents),
} as const;

/** The messages of one transaction, in order. */
export class OutboxRows extends Rows {
  constructor() {
    super(6);
  }

  /** Returns the id of the message. Its key and its correlation are the order. */
  publish(topic: Topic, type: string, orderId: string, cause: string, payload: object): string {
    const id = newId();
    this.add(id, topic.name, orderId, type, JSON.stringify(payload), cause);
    return id;
  }
}

/** Numbers messages by topic and key: the first parts of a `with`. Parameters 1 to 6: the columns of `OutboxRows`. */
export const numberMessages = `
messages as (select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[]) with ordinality as m(id, topic, key, type, payload, causation, place)),
numbered as (
  insert into msg_sequences as known (topic, key, last) select topic, key, count(*) from messages group by topic, key order by topic, key
  on conflict (topic, key) do update set last = known.last + excluded.last returning topic, key, last)`;

/** Appends the messages to the outbox: the statement after that `with`. */
export const appendMessages = `
insert into msg_outbox (id, topic, key, type, version, sequence, payload, causation, correlation, occurred_at, archived)
select m.id, topic, key, m.type, 1, numbered.last - count(*) over (partition by topic, key) + row_number() over (partition by topic, key order by m.place),
  m.payload, m.causation, key, now(), true
from messages m join numbered using (topic, key) order by m.place`;
