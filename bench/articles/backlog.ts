import { topic, type KafkaClient, type OutgoingRecord, type Topic } from '@tradewind/messaging';
import { outgoing } from '../ground/outgoing.js';
import { asks, prices, type Ask, type Price } from './asks.js';
import { priceType } from './copies.js';
import { askType } from './shelves.js';
import type { WorkName } from './work.js';

/** Who publishes what waits. */
const publisher = 'bench-elsewhere';
/** Records of one send: more of them take kafkajs disproportionately long. */
const most = 1_000;

export interface Backlog {
  readonly work: WorkName;
  readonly topic: Topic;
  readonly messages: number;
  /** How many of the articles a price is told for. */
  readonly articles: number;
  readonly seed: number;
}

export const topicNamed = (name: string, partitions: number): Topic => topic(name, { owner: publisher, partitions });

export const asksOf = ({ messages, seed }: Backlog): Generator<Ask> => asks(messages, seed);
export const pricesOf = ({ messages, articles, seed }: Backlog): Generator<Price> => prices(messages, articles, seed);

/** Publishes all of it, in the order of its numbers, to a topic that it makes. */
export async function publishBacklog(kafka: KafkaClient, backlog: Backlog): Promise<void> {
  await kafka.provision([backlog.topic]);
  const publishing = await kafka.publisher();
  let records: OutgoingRecord[] = [];
  const occurredAt = new Date();
  for (const fields of backlog.work === 'shelves' ? asksOf(backlog) : pricesOf(backlog)) {
    const type = backlog.work === 'shelves' ? askType : priceType;
    records.push(
      outgoing({ topic: backlog.topic, key: fields.article, type, fields, sequence: fields.number, occurredAt }),
    );
    if (records.length < most) continue;
    await publishing.publish(records);
    records = [];
  }
  if (records.length > 0) await publishing.publish(records);
  await publishing.close();
}
