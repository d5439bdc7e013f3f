import { newId, systemWorld, topic, type OutboxRow, type Topic } from '@tradewind/messaging';

export const type = 'bench.parcel';
export const partitions = 3;
/** Bytes of a message's JSON. */
export const bytes = 300;
/** As in a shop: an order passes several messages, and they keep their order. */
const perKey = 4;

export const topicNamed = (name: string): Topic => topic(name, { owner: 'bench', partitions });

const stuffing = 'x'.repeat(bytes);

/** The message with a number, as the library's outbox takes it. */
export function parcel(topicName: string, number: number): OutboxRow {
  const head = `{"number":${number},"stuffing":"`;
  const id = newId(systemWorld);
  const key = `key-${Math.floor(number / perKey)}`;
  return {
    id,
    topic: topicName,
    key,
    type,
    version: 1,
    payload: `${head}${stuffing.slice(head.length + 2)}"}`,
    causation: id,
    correlation: key,
    traceparent: null,
    occurredAt: new Date(),
    headers: null,
    archived: true,
  };
}
