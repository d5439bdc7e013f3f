import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { deleteRecords } from '../adapters/kafkajs/delete-records.fixture.spec.js';
import { kafkaClient, topic, type KafkaClient } from '../index.js';
import { partitionOf, type IncomingRecord } from '../internals.js';
import { RecordsDeleted } from '../ports/index.js';
import { chat, ChatService, Posted, service } from './chat-service.fixture.spec.js';

const brokers = process.env['TEST_KAFKA_BROKERS']!;

describe('a service whose records were deleted', () => {
  let chatService: ChatService;
  const partition = partitionOf('ann', chat.partitions);
  const end = async (kafka: KafkaClient): Promise<bigint> =>
    (await kafka.endOffsets([chat.name])).find((each) => each.partition === partition)!.end;
  const publishUnhandled = async (count: number): Promise<bigint> => {
    const kafka = chatService.client(brokers);
    const publisher = await kafka.publisher();
    for (let sent = 0; sent < count; sent++)
      await publisher.publish([{ topic: chat.name, partition, key: 'ann', value: '{}', headers: {} }]);
    await publisher.close();
    const after = await end(kafka);
    await kafka.close();
    return after;
  };

  beforeAll(async () => {
    chatService = await ChatService.open(brokers);
    chatService.start(brokers);
    await chatService.publish(Posted, 'ann', 'ann', 'ann', 'bob');
    await chatService.idle();
    await chatService.stop();
  }, 60_000);
  afterEach(() => chatService.stop());
  afterAll(() => chatService?.close());

  it('starts where it had handled all of them', async () => {
    const kafka = chatService.client(brokers);
    await deleteRecords(chat.name, partition, await end(kafka));
    await kafka.close();
    chatService.start(brokers);
    await chatService.publish(Posted, 'ann');
    await chatService.idle();
    expect(chatService.fatal).toEqual([]);
  });

  it('does not start where it had not handled one of them, and names the command that accepts it', async () => {
    const after = await publishUnhandled(3);
    await deleteRecords(chat.name, partition, after - 1n);
    chatService.start(brokers);
    expect(await chatService.offsetMismatch()).toBe(
      `records of ${chat.name} partition ${partition} were deleted before ${service} handled them: its next offset is ${after - 3n}, the log begins at ${after - 1n}. ` +
        `Was ${service} away longer than the retention of the topic? To continue without them, stop the service and run "tradewind offsets accept ${service}". ` +
        'If the topic keeps all records and its owner archives them, "tradewind recover kafka" publishes them again.',
    );
    expect(chatService.fatal[0]).toBeInstanceOf(RecordsDeleted);
  });
});

describe('a consumer that is behind when records are deleted', () => {
  const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'deleted-records' });
  afterAll(() => kafka.close());

  it('ends, and keeps its committed offset', async () => {
    const of = topic(`deleted-${randomUUID()}`, { owner: 'test', partitions: 1, retention: { time: '30d' } });
    await kafka.provision([of]);
    const publisher = await kafka.publisher();
    const publish = async (value: string): Promise<void> =>
      void (await publisher.publish([{ topic: of.name, partition: 0, key: 'k', value, headers: {} }]));
    const got: IncomingRecord[] = [];
    const fatal: Error[] = [];
    const group = `deleted-${randomUUID()}`;
    await publish('first');
    const subscription = await kafka.subscribe({
      group,
      topics: [of.name],
      onRecords: (records) => void got.push(...records),
      onAssigned: () => undefined,
      onFatal: (error) => void fatal.push(error),
    });
    await eventually(() => got.length === 1);
    await eventually(() => subscription.commit([{ topic: of.name, partition: 0, offset: 1n }]));
    subscription.pause();
    for (const value of ['second', 'third', 'fourth']) await publish(value);
    await publisher.close();
    await deleteRecords(of.name, 0, 3n);
    subscription.resume();
    expect(await eventually(() => fatal[0])).toBeInstanceOf(RecordsDeleted);
    await subscription.close();
    expect(got).toHaveLength(1);
    expect(await kafka.committedOffsets(group, [of.name])).toMatchObject([{ offset: 1n }]);
  });
});
