import { topics } from '@tradewind/contracts';
import type { KafkaClient } from '@tradewind/messaging';
import type { IncomingRecord, OutgoingRecord } from '@tradewind/messaging/internals';
import { DeadLetters } from '@tradewind/operations';
import { databaseServices } from '../../../tools/services.js';
import { forEachConcurrently } from '../../../tools/shop/trading/concurrency.js';
import type { Fault } from '../environment/fault.js';
import type { ScenarioContext } from '../environment/scenario-context.js';
import { damages, poisonUnder, publish, withBroker } from './poison.js';

/** Seconds within which a poison message must be dead-lettered. */
const deadLetteredWithin = 5;

/** A poisoned key is blocked, all others continue; an operator discards the poison, and the order gets its outcome. */
async function poison(context: ScenarioContext): Promise<void> {
  const letters = new DeadLetters(context.shop.databases);
  const waits: number[] = [];
  await withBroker(context, async (kafka) => {
    for (let times = context.byExtent(1, 2, 10); times > 0; times--) {
      await forEachConcurrently(3, damages, async ([what, damage]) => {
        const [buyer] = context.random(`${what} ${times}`).pick(1, context.load.buyers);
        const order = await buyer!.place({ ...buyer!.randomPurchase(), method: 'sim_slow' });
        context.load.counts.accepted++;
        await publish(kafka, [poisonUnder(order.orderId, damage)]);
        const since = performance.now();
        context.recordInjection(what);
        const blockedKey = await context.waitFor(
          `${what} is dead-lettered`,
          async () => (await letters.list()).find((each) => each.key === order.orderId && each.first !== null),
          30,
        );
        waits.push((performance.now() - since) / 1_000);
        await letters.discard(await letters.get(blockedKey.first!), {
          reason: 'poison of a fault test',
          thenRedrive: true,
        });
        await buyer!.waitForOutcome(order);
      });
      await context.waitForOrders(5);
    }
  });
  const longest = Math.max(...waits);
  context.note(`poison was dead-lettered after at most ${longest.toFixed(1)} s`);
  if (longest > deadLetteredWithin)
    throw new Error(`poison was dead-lettered after ${longest.toFixed(1)} s, the limit is ${deadLetteredWithin} s`);
}

/** Two more copies of every published event and command, in any order, on any partition. */
async function tripled(context: ScenarioContext): Promise<void> {
  const random = context.random('shuffle');
  const ordered = Object.values(topics).filter(({ name }) => /\.(events|commands)$/.test(name));
  await withBroker(context, async (kafka) => {
    await context.waitForOrders(5);
    const published = await publishedIds(context);
    // Records of other faults are in no outbox: copies of them would count as violations of this fault.
    const records = (
      await recordsOf(
        kafka,
        ordered.map(({ name }) => name),
      )
    ).filter(({ headers }) => published.has(headers['ce_id'] ?? ''));
    const copies = [...records, ...records].map(({ topic, key, value, headers }): OutgoingRecord => {
      const { partitions } = ordered.find(({ name }) => name === topic)!;
      return { topic, partition: Math.floor(random.fraction() * partitions), key, value, headers };
    });
    await publish(kafka, random.pick(copies.length, copies));
    context.recordInjection('record copies published', copies.length);
    await context.waitForOrders(10, 120);
  });
}

/** The ids of all messages in the outbox archives. */
async function publishedIds(context: ScenarioContext): Promise<ReadonlySet<string>> {
  const archives = await Promise.all(
    databaseServices.map((service) =>
      context.queryAsAdmin<{ id: string }>('select id from msg_outbox_archive', [], service),
    ),
  );
  return new Set(archives.flat().map(({ id }) => id));
}

async function recordsOf(kafka: KafkaClient, names: readonly string[]): Promise<IncomingRecord[]> {
  const records: IncomingRecord[] = [];
  const tail = await kafka.tail({
    topics: names,
    onRecords: (some) => records.push(...some),
    onFatal: (error) => {
      throw error;
    },
  });
  await tail.caughtUp;
  await tail.close();
  return records;
}

export const records: readonly Fault[] = [
  {
    id: 'F27',
    title: 'poison records under the keys of pending orders',
    layout: 'usual',
    run: poison,
    leaves: [/that no outbox published|and in no outbox or archive|an inversion|a gap/],
  },
  {
    id: 'F28',
    title: 'every record tripled and shuffled across partitions',
    layout: 'usual',
    last: true,
    run: tripled,
    leaves: [/a key in several partitions/],
  },
];
