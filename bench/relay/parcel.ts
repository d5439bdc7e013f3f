import { topic, type Topic } from '@tradewind/messaging';
import type { OutboxRow } from '@tradewind/messaging/internals';
import { outboxRow } from '../workload/record.js';

export const parcelType = 'bench.parcel';
export const partitions = 3;
/** Of the JSON of a message. */
export const payloadBytes = 300;
/** A message and when it was committed, in nanoseconds of the clock of the machine. */
export type Commit = readonly [id: string, at: bigint];

/** As in a shop: several messages of one order, whose order is kept. */
const messagesPerKey = 4;

export const parcelTopic = (name: string): Topic => topic(name, { owner: 'bench', partitions });

const padding = 'x'.repeat(payloadBytes);

/** The message with a number, as the outbox of the library takes it. */
export function parcel(topic: string, number: number): OutboxRow {
  const head = `{"number":${number},"padding":"`;
  const payload = `${head}${padding.slice(head.length + 2)}"}`;
  return outboxRow(topic, `key-${Math.floor(number / messagesPerKey)}`, parcelType, payload, new Date());
}
