import { topics } from '@tradewind/contracts';
import type { IncomingRecord, KafkaClient, OutgoingRecord } from '@tradewind/messaging';
import { discardParked, listParked, theMessage } from '../../../tools/ops/operator/parked.js';
import { databaseServices } from '../../../tools/platform/shop/processes.js';
import { atOnce } from '../../../tools/shop/play/at-once.js';
import type { Fault } from '../ground/fault.js';
import type { Stage } from '../ground/stage.js';
import { damages, poisonUnder, publish, withBroker } from './poison.js';

/** Seconds within which what can't be handled must be set aside. */
const parkedWithin = 5;

/** Each poisoned key waits, every other goes on; an operator takes the poison out, and the order goes to its end. */
async function poison(stage: Stage): Promise<void> {
  const { databases } = stage.shop;
  const waits: number[] = [];
  await withBroker(stage, async (kafka) => {
    for (let times = stage.times(1, 2, 10); times > 0; times--) {
      await atOnce(3, damages, async ([what, damage]) => {
        const [buyer] = stage.chance(`${what} ${times}`).pick(1, stage.load.buyers);
        const order = await buyer!.place({ ...buyer!.wish(), method: 'sim_slow' });
        stage.load.counts.accepted++;
        await publish(kafka, [poisonUnder(order.orderId, damage)]);
        const since = performance.now();
        stage.hit(what);
        const lane = await stage.until(
          `${what} to be parked`,
          async () => (await listParked(databases)).find((each) => each.key === order.orderId && each.first !== null),
          30,
        );
        waits.push((performance.now() - since) / 1_000);
        await discardParked(databases, await theMessage(databases, lane.first!, undefined), 'poison of a fault', true);
        await buyer!.follow(order);
      });
      await stage.trade(5);
    }
  });
  const longest = Math.max(...waits);
  stage.note(`poison was parked after at most ${longest.toFixed(1)} s`);
  if (longest > parkedWithin)
    throw new Error(`poison was parked only after ${longest.toFixed(1)} s, ${parkedWithin} s are allowed`);
}

/** Two more copies of every event and command that a service has said, anywhere: in any order, on any partition. */
async function tripled(stage: Stage): Promise<void> {
  const chance = stage.chance('shuffle');
  const kept = Object.values(topics).filter(({ name }) => /\.(events|commands)$/.test(name));
  await withBroker(stage, async (kafka) => {
    await stage.trade(5);
    const said = await saidBy(stage);
    // What other faults have put there has no outbox: copies of it would be blamed on this one.
    const records = (
      await recordsOf(
        kafka,
        kept.map(({ name }) => name),
      )
    ).filter(({ headers }) => said.has(headers['ce_id'] ?? ''));
    const copies = [...records, ...records].map(({ topic, key, value, headers }): OutgoingRecord => {
      const { partitions } = kept.find(({ name }) => name === topic)!;
      return { topic, partition: Math.floor(chance.fraction() * partitions), key, value, headers };
    });
    await publish(kafka, chance.pick(copies.length, copies));
    stage.hit('records said again, anywhere', copies.length);
    await stage.trade(10, 120);
  });
}

/** The ids of everything that is in the outbox archives. */
async function saidBy(stage: Stage): Promise<ReadonlySet<string>> {
  const archives = await Promise.all(
    databaseServices.map((service) => stage.asAdmin<{ id: string }>('select id from msg_outbox_archive', [], service)),
  );
  return new Set(archives.flat().map(({ id }) => id));
}

async function recordsOf(kafka: KafkaClient, names: readonly string[]): Promise<IncomingRecord[]> {
  const records: IncomingRecord[] = [];
  const tail = await kafka.tail({
    topics: names,
    onRecords: (some) => records.push(...some),
    onDead: (error) => {
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
    title: 'poisoned records under the keys of living orders',
    layout: 'usual',
    play: poison,
    leaves: [/came from no outbox|and in no outbox or archive|an inversion|a gap/],
  },
  {
    id: 'F28',
    title: 'every record tripled and shuffled across partitions',
    layout: 'usual',
    last: true,
    play: tripled,
    leaves: [/a key in several partitions/],
  },
];
