import { randomUUID } from 'node:crypto';
import { topics } from '@tradewind/contracts';
import { kafkaClient, partitionOf, type KafkaClient, type OutgoingRecord } from '@tradewind/messaging';
import { discardParked, listParked, theMessage } from '../../../tools/ops/operator/parked.js';
import type { Stage } from '../ground/stage.js';

/** A client of the broker that goes when the work is done. */
export async function withBroker<T>(stage: Stage, work: (kafka: KafkaClient) => Promise<T>): Promise<T> {
  const kafka = kafkaClient({ brokers: stage.shop.kafkaBrokers.split(','), clientId: 'fault' });
  try {
    return await work(kafka);
  } finally {
    await kafka.close();
  }
}

export async function publish(kafka: KafkaClient, records: readonly OutgoingRecord[]): Promise<void> {
  const publisher = await kafka.publisher();
  for (let at = 0; at < records.length; at += 200) await publisher.publish(records.slice(at, at + 200));
  await publisher.close();
}

const headers = (type: string, version = '1'): Record<string, string> => ({
  'content-type': 'application/json',
  ce_specversion: '1.0',
  ce_id: randomUUID(),
  ce_type: type,
  ce_source: '/fault',
  ce_subject: 'x',
  ce_time: '2026-01-01T00:00:00.000Z',
  ce_sequence: '1',
  ce_schemaversion: version,
});

export type Damage = () => Pick<OutgoingRecord, 'value' | 'headers'>;

/** Everything that can be wrong with a record on `stock.events`. */
export const damages: readonly (readonly [what: string, damage: Damage])[] = [
  ['bad JSON', () => ({ value: '{"orderId":', headers: headers('stock.reserved') })],
  ['an unknown type', () => ({ value: '{}', headers: headers('stock.vanished') })],
  ['a version of the future', () => ({ value: '{}', headers: headers('stock.reserved', '99') })],
  ['900 kB', () => ({ value: `{"orderId":"${'x'.repeat(900_000)}"}`, headers: headers('stock.reserved') })],
  ['no value', () => ({ value: null, headers: headers('stock.reserved') })],
  ['no headers', () => ({ value: '{}', headers: {} })],
];

export const poisonUnder = (key: string, damage: Damage): OutgoingRecord => ({
  topic: topics.stockEvents.name,
  partition: partitionOf(key, topics.stockEvents.partitions),
  key,
  ...damage(),
});

/** Two poisoned records under the key of an order that lives: the second waits behind the first. */
export async function poisonOneOrder(stage: Stage): Promise<void> {
  const [buyer] = stage.load.buyers;
  const order = await buyer!.place({ ...buyer!.wish(), method: 'sim_slow' });
  stage.load.counts.accepted++;
  const [, damage] = damages[0]!;
  await withBroker(stage, (kafka) =>
    publish(kafka, [poisonUnder(order.orderId, damage), poisonUnder(order.orderId, damage)]),
  );
}

/** As an operator does it who knows the poison: out with it, and the keys are opened. */
export async function releaseEverything(stage: Stage): Promise<void> {
  const { databases } = stage.shop;
  await stage.until('what was poisoned to be parked', async () => (await listParked(databases)).length > 0, 30);
  await discardPoison(stage);
}

/** Every parked message that cannot be read is taken out; what waited behind it goes on. */
export async function discardPoison(stage: Stage): Promise<void> {
  const { databases } = stage.shop;
  await stage.until(
    'the last parked key to be open',
    async () => {
      const lanes = await listParked(databases);
      for (const { first, consumer, state } of lanes) {
        if (first === null || state !== 'parked') continue;
        try {
          await discardParked(databases, await theMessage(databases, first, consumer), 'poison of a fault', true);
        } catch (error) {
          if ((error as Error).name !== 'CannotDo') throw error; // its consumer was quicker: looked at again
        }
      }
      return lanes.length === 0;
    },
    60,
  );
}
