import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { KafkaClient } from '@tradewind/messaging';
import { eventually } from '@tradewind/testing';
import { CountingService } from './counting-service.fixture.spec.js';
import { PartitionIncreaseRejected } from './index.js';

const counters = Array.from({ length: 60 }, (_, index) => `counter ${index}`);

/** Publishes batches of a few counters until the returned function is called. */
function publishContinuously(service: CountingService): () => Promise<void> {
  let stopped = false;
  const published = (async () => {
    for (let start = 0; !stopped; start += 7)
      await service.publish(...Array.from({ length: 10 }, (_, index) => counters[(start + index) % counters.length]!));
  })();
  return () => {
    stopped = true;
    return published;
  };
}

const crash = new Error('the operation crashed');
/** A Kafka client that fails when it creates partitions, before or after they are created. */
const crashing = (kafka: KafkaClient, when: 'before' | 'after'): KafkaClient =>
  new Proxy(kafka, {
    get: (target, name) => {
      if (name !== 'increasePartitions') {
        const found = target[name as keyof KafkaClient] as unknown;
        return typeof found === 'function' ? (found.bind(target) as unknown) : found;
      }
      return async (topic: string, partitions: number) => {
        if (when === 'after') await target.increasePartitions(topic, partitions);
        throw crash;
      };
    },
  });

describe('a partition increase', () => {
  let service: CountingService;
  beforeEach(async () => {
    service = await new CountingService().open();
  });
  afterEach(async () => {
    await service.close();
  }, 60_000);

  const partitionsUsed = async (): Promise<number> =>
    new Set((await service.records()).map(({ partition }) => partition)).size;

  it('keeps the order of each key, loses nothing and doubles nothing while two instances publish and consume', async () => {
    service.start();
    service.start();
    const stop = publishContinuously(service);
    await eventually(async () => (await service.records()).length > 500, 60_000);
    const before = service.publishedCount;
    expect(await service.increasePartitions(8)).toMatchObject({ inForce: 8, increasingTo: null, onBrokers: 8 });
    await eventually(() => service.publishedCount > before + 1_000, 60_000);
    await stop();
    expect(await service.allConsumed()).toEqual(service.expected);
    expect(await partitionsUsed()).toBe(8);
    expect(service.fatal).toEqual([]);
  }, 180_000);

  it('keeps the order after two increases for a group that was stopped, for a new group, and for a reader of the topic', async () => {
    service.start({ consumes: [] });
    for (const partitions of [5, 8, undefined]) {
      for (let round = 0; round < 30; round++) await service.publish(...counters);
      if (partitions !== undefined) await service.increasePartitions(partitions);
    }
    await eventually(async () => (await service.records()).length === 90 * counters.length, 60_000);
    const stop = service.start({ publishes: false, consumes: ['main'] });
    service.start({ publishes: false, consumes: ['main', 'late'] });
    service.start({ publishes: false, consumes: ['main', 'late'] });
    expect(await service.allConsumed('late')).toEqual(service.expected);
    expect(await service.allConsumed('main')).toEqual(service.expected);
    await stop();
    const last = new Map<string, number>();
    for (const { key, headers } of await service.records()) {
      expect(Number(headers['ce_sequence'])).toBe((last.get(key!) ?? 0) + 1);
      last.set(key!, Number(headers['ce_sequence']));
    }
    expect(await partitionsUsed()).toBe(8);
  }, 180_000);

  it('that crashed before the partitions were created changes nothing, and can be run again', async () => {
    service.start();
    const stop = publishContinuously(service);
    await expect(service.increasePartitions(8, crashing(service.kafka, 'before'))).rejects.toBe(crash);
    expect(await service.increasePartitions(8)).toMatchObject({ inForce: 8 });
    await stop();
    expect(await service.allConsumed()).toEqual(service.expected);
  }, 120_000);

  it('that crashed after the partitions were created is finished by the relay', async () => {
    service.start();
    const stop = publishContinuously(service);
    await expect(service.increasePartitions(8, crashing(service.kafka, 'after'))).rejects.toBe(crash);
    await eventually(async () => (await partitionsUsed()) === 8, 60_000);
    await stop();
    expect(await service.increasePartitions(8)).toMatchObject({ inForce: 8, increasingTo: null });
    expect(await service.allConsumed()).toEqual(service.expected);
  }, 120_000);

  it('can be cancelled only while the partitions do not exist', async () => {
    const cancel = () => service.partitionIncrease().cancel({ topic: service.topic.name, reason: 'a mistake' });
    await expect(cancel()).rejects.toThrow('has no partition increase to cancel');
    await expect(service.increasePartitions(8, crashing(service.kafka, 'before'))).rejects.toBe(crash);
    await expect(service.increasePartitions(5)).rejects.toThrow('from 3 to 8 partitions is not finished');
    expect(await cancel()).toMatchObject({ inForce: 3, increasingTo: null, onBrokers: 3 });
    await expect(service.increasePartitions(5, crashing(service.kafka, 'after'))).rejects.toBe(crash);
    await expect(cancel()).rejects.toThrow(
      new PartitionIncreaseRejected(
        `${service.topic.name} has its 5 partitions already, and Kafka can't remove them: run the increase to 5 again to finish it`,
      ),
    );
    const actions = await service.dataSource.query<{ action: string; reason: string }[]>(
      'select action, reason from msg_operator_actions order by id',
    );
    expect(actions).toEqual([
      { action: 'increase partitions', reason: 'more load' },
      { action: 'cancel partition increase', reason: 'a mistake' },
      { action: 'increase partitions', reason: 'more load' },
    ]);
  }, 60_000);

  it('made with other tools stops the start of the owner until the operation is run', async () => {
    await service.kafka.increasePartitions(service.topic.name, 4);
    const stop = service.start();
    const rejected = await eventually(() => service.fatal[0]);
    expect(rejected.message).toContain(`the topic ${service.topic.name} has 4 partitions, 3 are declared`);
    await stop();
    service.fatal.splice(0);
    const increase = service.increasePartitions(4);
    await eventually(
      async () =>
        (
          await service.dataSource.query<unknown[]>('select from msg_topics where topic = $1 and increasing_to = 4', [
            service.topic.name,
          ])
        ).length === 1,
    ); // a relay that starts before would fail as well
    service.start({ consumes: [] });
    expect(await increase).toMatchObject({ inForce: 4, onBrokers: 4 });
    service.start();
    await service.publish(...counters);
    expect(await service.allConsumed()).toEqual(service.expected);
    expect(service.fatal).toEqual([]);
  }, 120_000);

  it('to fewer partitions is rejected, to the same number changes nothing', async () => {
    await expect(service.increasePartitions(2)).rejects.toThrow("has 3 partitions, and Kafka can't remove any");
    expect(await service.increasePartitions(3)).toMatchObject({ inForce: 3, onBrokers: 3 });
  });
});
