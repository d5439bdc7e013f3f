import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { KafkaClient } from '@tradewind/messaging';
import { systemPorts, type IncomingRecord, partitionOf } from '@tradewind/messaging/internals';
import { DedicatedKafka } from '../../../../tools/platform/kafka/dedicated-kafka.js';
import { PartitionIncrease } from '../partition-increase/index.js';
import { chat, ChatService, service } from './chat-service.fixture.spec.js';
import {
  recoverOffsets,
  recoverTopics,
  RecoveryRejected,
  type RecoveredOffsets,
  type RecoveredTopics,
} from './index.js';

const names = Array.from({ length: 20 }, (_, index) => `author ${index}`);

describe('the recovery of Kafka', () => {
  let kafka: DedicatedKafka;
  let chatService: ChatService;

  const restart = async (): Promise<void> => {
    await kafka.restart();
    await chatService.provision(kafka.brokers);
  };
  const withClient = async <T>(work: (client: KafkaClient) => Promise<T>): Promise<T> => {
    const client = chatService.client(kafka.brokers);
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  };
  /** Without their times: a record that is published again has another. */
  const records = (): Promise<IncomingRecord[]> =>
    withClient(async (client) => {
      const all: IncomingRecord[] = [];
      const ends = await client.endOffsets([chat.name]);
      await client.read({
        ranges: ends.map((each) => ({ ...each, from: 0n, to: each.end })),
        onRecords: (some) => Promise.resolve(void all.push(...some.map((each) => ({ ...each, timestamp: undefined })))),
      });
      return all.sort((a, b) => a.partition - b.partition || Number(a.offset - b.offset));
    });
  const trade = async (rounds: number): Promise<void> => {
    chatService.start(kafka.brokers);
    for (let round = 0; round < rounds; round++) await chatService.post(...names);
    await chatService.idle();
    await chatService.stop();
  };
  const recover = (): Promise<{ topics: RecoveredTopics; offsets: RecoveredOffsets }> =>
    withClient(async (client) => {
      const { dataSource, store, options } = chatService;
      const context = { dataSource, store, options, kafka: client, ports: systemPorts, reason: 'a drill' };
      const topics = await recoverTopics(context);
      const offsets = await recoverOffsets(context, [{ group: service, topics: [chat.name], types: ['chat.posted'] }]);
      return { topics, offsets };
    });
  const archivedPlaces = () =>
    chatService.dataSource.query<object[]>(
      'select id::text as id, partition, record_offset::int as offset, sequence::int as sequence from msg_outbox_archive order by partition, record_offset',
    );
  const placesOf = (some: readonly IncomingRecord[]) =>
    some.map(({ headers, partition, offset }) => ({
      id: headers['ce_id'],
      partition,
      offset: Number(offset),
      sequence: Number(headers['ce_sequence']),
    }));

  beforeAll(async () => {
    kafka = await DedicatedKafka.start();
    chatService = await ChatService.open();
    await chatService.provision(kafka.brokers);
    await trade(10);
  }, 120_000);
  afterEach(() => chatService.stop());
  afterAll(async () => {
    await chatService?.close();
    await kafka?.remove();
  }, 60_000);

  it('restores the same records after all were lost, and nothing is handled twice', async () => {
    const before = await records();
    await kafka.wipe();
    await restart();
    chatService.start(kafka.brokers);
    expect(await chatService.offsetMismatch()).toContain('Kafka is behind the database');
    await chatService.stop();
    const { topics, offsets } = await recover();
    expect(topics.topics).toEqual([{ topic: chat.name, records: 200, published: 200 }]);
    expect(offsets.groups).toEqual([{ group: service, partitions: 3, left: 0, assumed: 0 }]);
    expect(await records()).toEqual(before);
    expect(await archivedPlaces()).toEqual(placesOf(before));
    await trade(1);
    expect([await chatService.count('received_posts'), chatService.fatal]).toEqual([220, []]);
  }, 120_000);

  it('publishes only missing records after Kafka was restored to an earlier time', async () => {
    await kafka.stop();
    cpSync(kafka.dataDir, join(kafka.folder, 'copy'), { recursive: true });
    await restart();
    await trade(3);
    const before = await records();
    await kafka.wipe();
    cpSync(join(kafka.folder, 'copy'), kafka.dataDir, { recursive: true });
    await restart();
    chatService.start(kafka.brokers);
    expect(await chatService.offsetMismatch()).toContain('Kafka is behind the database');
    await chatService.stop();
    const { topics } = await recover();
    expect(topics.topics).toEqual([{ topic: chat.name, records: 280, published: 60 }]);
    expect(await records()).toEqual(before);
    await trade(1);
    expect([await chatService.count('received_posts'), chatService.fatal]).toEqual([300, []]);
  }, 120_000);

  it('changes nothing if nothing is missing', async () => {
    const before = await records();
    const { topics, offsets } = await recover();
    expect([topics.topics[0]!.published, offsets.groups[0]!.left]).toEqual([0, 0]);
    expect(await records()).toEqual(before);
  });

  it('sets a group to the first message that is not handled', async () => {
    const [lost] = await chatService.dataSource.query<{ id: string }[]>(
      'select id::text as id from msg_outbox_archive order by partition, record_offset offset 5 limit 1',
    );
    await chatService.dataSource.query('delete from msg_inbox where message_id = $1', [lost!.id]);
    await chatService.dataSource.query('delete from received_posts where post_id = $1', [lost!.id]);
    const before = await chatService.count('received_posts');
    const { offsets } = await recover();
    expect(offsets.groups[0]!.left).toBeGreaterThan(0);
    await trade(1);
    expect([await chatService.count('received_posts'), chatService.fatal]).toEqual([before + names.length + 1, []]);
  }, 60_000);

  it('restores the partitions after a partition increase, and every key is in its current partition', async () => {
    chatService.start(kafka.brokers);
    const { dataSource, options } = chatService;
    await withClient(async (client) => {
      const increase = new PartitionIncrease({ options, dataSource, kafka: client, ports: systemPorts });
      const status = await increase.run({ topic: chat.name, partitions: 5, reason: 'a drill' });
      expect(status).toMatchObject({ inForce: 5, onBrokers: 5 });
    });
    await chatService.post(...names);
    await chatService.idle();
    await chatService.stop();
    const [before, received] = [await records(), await chatService.count('received_posts')];
    await kafka.wipe();
    await restart();
    const { offsets } = await recover();
    expect(offsets.groups).toEqual([{ group: service, partitions: 5, left: 0, assumed: 0 }]);
    const after = await records();
    expect(after.map(({ headers }) => headers['ce_id']).sort()).toEqual(
      before.map(({ headers }) => headers['ce_id']).sort(),
    );
    expect(after.filter(({ headers }) => 'ce_previousends' in headers)).toEqual([]);
    for (const { key, partition } of after) expect(partition).toBe(partitionOf(key!, 5));
    await trade(1);
    expect([await chatService.count('received_posts'), chatService.fatal]).toEqual([received + names.length, []]);
  }, 120_000);

  it('is rejected while the service runs', async () => {
    chatService.start(kafka.brokers);
    await chatService.post('ann');
    await chatService.idle();
    await expect(recover()).rejects.toThrow(
      new RecoveryRejected(
        `relay is connected to the database of ${service}: stop every instance of the service first`,
      ),
    );
  });
});
