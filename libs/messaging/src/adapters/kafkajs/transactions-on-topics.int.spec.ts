import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import kafkajs from 'kafkajs';
import { partitionOf } from '../../message/partition-of.js';
import { chat, ChatService, Posted, service } from '../../consumer/chat-service.fixture.spec.js';

const brokers = process.env['TEST_KAFKA_BROKERS']!;

describe('a service on whose topic somebody publishes in transactions', () => {
  const client = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING });
  const producer = client.producer({ transactionalId: service, idempotent: true, maxInFlightRequests: 1 });
  let chatService: ChatService;
  const partition = partitionOf('ann', chat.partitions);
  const begin = async () => {
    const transaction = await producer.transaction();
    await transaction.send({ topic: chat.name, messages: [{ partition, key: 'ann', value: '{}' }] });
    return transaction;
  };
  beforeAll(async () => {
    chatService = await ChatService.open(brokers);
    await producer.connect();
    chatService.start(brokers);
    await chatService.publish(Posted, 'ann');
    await chatService.idle();
  }, 60_000);
  afterEach(() => chatService.stop());
  afterAll(async () => {
    await producer.disconnect();
    await chatService?.close();
  });

  it.each(['commit', 'abort'] as const)('publishes and consumes after a %s, also after a restart', async (end) => {
    await chatService.stop();
    await (await begin())[end]();
    chatService.start(brokers);
    await chatService.idle();
    const before = await chatService.count('msg_outbox_archive');
    await chatService.publish(Posted, 'bob');
    await chatService.idle();
    expect([await chatService.count('msg_outbox_archive'), chatService.fatal]).toEqual([before + 1, []]);
  });

  it.each(['commit', 'abort'] as const)('reads to the end behind the mark of a %s', async (end) => {
    await (await begin())[end]();
    const kafka = chatService.client(brokers);
    const last = (await kafka.endOffsets([chat.name])).find((each) => each.partition === partition)!;
    const reading = new AbortController();
    const reached: bigint[] = [];
    const read = kafka.read({
      ranges: [{ ...last, from: 0n, to: 2n ** 62n }],
      onRecords: () => Promise.resolve(),
      onReached: ({ offset }) => void reached.push(offset),
      signal: reading.signal,
    });
    await eventually(() => reached.at(-1) === last.end);
    reading.abort();
    await read;
    await kafka.close();
  });

  it('does not take an open transaction for a Kafka that was restored', async () => {
    chatService.start(brokers);
    const before = await chatService.count('msg_outbox_archive');
    const transaction = await begin();
    await chatService.publish(Posted, 'ann');
    await eventually(async () => (await chatService.count('msg_outbox_archive')) === before + 1);
    await chatService.stop();
    chatService.start(brokers);
    await chatService.publish(Posted, 'bob');
    await eventually(async () => (await chatService.count('msg_outbox_archive')) === before + 2);
    await transaction.abort();
    await chatService.idle();
    expect(chatService.fatal).toEqual([]);
  });
});
