import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { chat, ChatService, Posted, Report, service } from '../consumer/chat-service.fixture.spec.js';
import type { PrunedTable } from '../ports/index.js';

const brokers = process.env['TEST_KAFKA_BROKERS']!;
const retention = { inbox: '1s', outboxArchive: '1s' } as const;

describe('a service with short retention', () => {
  let chatService: ChatService;
  beforeAll(async () => {
    chatService = await ChatService.open(brokers);
  }, 60_000);
  afterEach(() => chatService.stop());
  afterAll(() => chatService?.close());

  const isPruned = async (table: PrunedTable): Promise<boolean> => (await chatService.count(table)) === 0;
  const readAgain = async (): Promise<void> => {
    const kafka = chatService.client(brokers);
    const ends = await kafka.endOffsets([chat.name]);
    await eventually(async () => {
      await kafka.setOffsets(
        service,
        ends.map(({ topic, partition }) => ({ topic, partition, offset: 0n })),
      );
      return true;
    });
    await kafka.close();
  };

  it('prunes nothing without settings', async () => {
    chatService.start(brokers);
    await chatService.publish(Posted, 'ann', 'bob', 'cid', 'dan');
    await chatService.idle();
    await chatService.stop();
    expect([await chatService.count('msg_inbox'), await chatService.count('msg_inbox_samples')]).toEqual([4, 0]);
  });

  it('prunes marks and archive, and starts again', async () => {
    chatService.start(brokers, { retention });
    await chatService.publish(Report, 'bob'); // on a topic that another service owns
    await eventually(() => isPruned('msg_inbox'));
    await eventually(() => isPruned('msg_outbox_archive'));
    expect(await chatService.count('msg_archive_horizons')).toBeGreaterThan(0);
    await chatService.stop();
    chatService.start(brokers);
    await chatService.publish(Posted, 'ann');
    await chatService.idle();
    expect(chatService.fatal).toEqual([]);
  });

  it('handles no message again, although its marks are pruned and its offsets were set to the beginning', async () => {
    const before = await chatService.count('received_posts');
    await readAgain();
    chatService.start(brokers);
    await chatService.idle();
    expect([chatService.fatal, await chatService.count('msg_dead_letters')]).toEqual([[], 0]);
    expect(await chatService.count('received_posts')).toBe(before);
    expect(await chatService.count('msg_inbox')).toBe(1);
  });

  it('stops where the topic ends before the horizon', async () => {
    await chatService.dataSource.query('update msg_inbox_horizons set record_offset = record_offset + 1000');
    chatService.start(brokers);
    expect(await chatService.offsetMismatch()).toMatch(/Kafka is behind the database .*was handled by/);
  });
});
