import type { Topic } from '../message/index.js';
import { envelopeOf } from '../outbox/envelope.js';
import {
  orderingKeyOf,
  type IncomingRecord,
  type KafkaClient,
  type Log,
  type Store,
  type Takeover,
} from '../ports/index.js';

export interface StartOverParts {
  readonly store: Store;
  readonly kafka: KafkaClient;
  readonly log: Log;
  readonly service: string;
  /** The topics that the service writes through its outbox. */
  readonly own: readonly Topic[];
  readonly subscriptions: readonly { readonly group: string; readonly topics: readonly string[] }[];
}

/**
 * Lets a service whose database was dropped go on with the Kafka that knows its past: sequences continue after those on its own topics, and
 * what its groups have committed counts as handled. What the database had known is gone; nothing is read again. Requests that were accepted
 * before are published behind. Does nothing for a database in use. Reads the service's own topics as a whole.
 */
export async function startOver({ store, kafka, log, service, own, subscriptions }: StartOverParts): Promise<void> {
  if (!(await store.isUnused())) return;
  const ends = own.length === 0 ? [] : await kafka.endOffsets(own.map(({ name }) => name));
  const sequences = new Map<string, Takeover['sequences'][number]>();
  let isKnown = false;
  const remember = async (records: readonly IncomingRecord[]): Promise<void> => {
    const past = records.flatMap((record) => {
      const envelope = envelopeOf(record);
      if (envelope?.source !== `/${service}`) return [];
      const { id, sequence } = envelope;
      return [{ id, topic: record.topic, key: record.key ?? '', sequence, archived: true }];
    });
    if (past.length === 0) return;
    isKnown ||= (await store.notPublishedHere(past)).size < past.length;
    for (const { topic, key, sequence } of past) {
      const orderingKey = orderingKeyOf({ topic, key, partition: 0 });
      if ((sequences.get(orderingKey)?.last ?? 0n) < sequence)
        sequences.set(orderingKey, { topic, key, last: sequence });
    }
  };
  const ranges = ends.filter(({ start, end }) => start < end);
  await kafka.read({
    ranges: ranges.map(({ topic, partition, start, end }) => ({ topic, partition, from: start, to: end })),
    onRecords: remember,
    onUnreadable: () => undefined, // It is of another publisher.
  });
  // Its first messages are on the topic and not marked as published: it is new, and so is its past.
  if (isKnown) return;
  const published = ends.map(({ topic, partition, end }) => ({ topic, partition, offset: end }));
  const handled: Takeover['handled'][number][] = [];
  for (const { group, topics } of subscriptions)
    for (const { topic, partition, offset } of await kafka.committedOffsets(group, topics))
      handled.push({ consumer: group, topic, partition, offset });
  if (published.every(({ offset }) => offset === 0n) && handled.length === 0) return;
  if (!(await store.takeOver({ sequences: [...sequences.values()], published, handled }))) return;
  log('warn', 'a new database starts over: what the former one had published and handled is taken over from Kafka', {
    keys: sequences.size,
    offsets: handled.length,
  });
}
