import { randomUUID } from 'node:crypto';
import { topics } from '@tradewind/contracts';
import { kafkaClient, type KafkaClient } from '@tradewind/messaging';
import { partitionOf, type OutgoingRecord } from '@tradewind/messaging/internals';
import { DeadLetters } from '@tradewind/operations';
import type { ScenarioContext } from '../environment/scenario-context.js';

/** Runs the work with a Kafka client, and closes the client. */
export async function withBroker<T>(context: ScenarioContext, work: (kafka: KafkaClient) => Promise<T>): Promise<T> {
  const kafka = kafkaClient({ brokers: context.shop.kafkaBrokers.split(','), clientId: 'fault' });
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
  ['a type of another topic', () => ({ value: '{}', headers: headers('stock.reserve') })],
  ['an unknown version', () => ({ value: '{}', headers: headers('stock.reserved', '99') })],
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

/** Two poison records under the key of a pending order: the second waits behind the first. Returns the id of the order. */
export async function poisonOneOrder(context: ScenarioContext): Promise<string> {
  const [buyer] = context.load.buyers;
  const order = await buyer!.place({ ...buyer!.randomPurchase(), method: 'sim_slow' });
  context.load.counts.accepted++;
  const [, damage] = damages[0]!;
  await withBroker(context, (kafka) =>
    publish(kafka, [poisonUnder(order.orderId, damage), poisonUnder(order.orderId, damage)]),
  );
  return order.orderId;
}

/** Poisons an order and, like an operator, discards the poison and redrives the key: the second record is redriven and fails again. */
export async function redriveOneOrder(context: ScenarioContext): Promise<void> {
  const orderId = await poisonOneOrder(context);
  const letters = new DeadLetters(context.shop.databases);
  await context.waitFor(
    'both poison records are dead-lettered',
    async () => (await letters.list()).some(({ key, messages }) => key === orderId && messages >= 2),
    30,
  );
  await discardPoison(context);
}

/** Discards every poison message and redrives what waited behind it. */
export async function discardPoison(context: ScenarioContext): Promise<void> {
  const letters = new DeadLetters(context.shop.databases);
  await context.waitFor(
    'no key is blocked',
    async () => {
      const blockedKeys = await letters.list();
      for (const { first, consumer, state } of blockedKeys) {
        if (first === null || state !== 'blocked') continue;
        try {
          await letters.discard(await letters.get(first, consumer), { reason: 'poison of a fault', thenRedrive: true });
        } catch (error) {
          if ((error as Error).name !== 'OperatorError') throw error; // its consumer was faster: the loop looks again
        }
      }
      return blockedKeys.length === 0;
    },
    60,
  );
}
