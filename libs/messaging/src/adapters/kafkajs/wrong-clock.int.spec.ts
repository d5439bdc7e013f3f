import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import kafkajs from 'kafkajs';
import { chat, ChatService, Posted } from '../../consumer/chat-service.fixture.spec.js';

const brokers = process.env['TEST_KAFKA_BROKERS']!;

describe('a service whose clock is more than an hour ahead', () => {
  const admin = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING }).admin();
  let chatService: ChatService;
  const clockAhead = (): void => {
    const now = Date.now.bind(Date);
    jest.spyOn(Date, 'now').mockImplementation(() => now() + 90 * 60_000);
  };
  const setTimestampType = (value: string) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: 2,
          name: chat.name,
          configEntries: [
            { name: 'message.timestamp.type', value },
            { name: 'retention.ms', value: '-1' },
            { name: 'retention.bytes', value: '-1' },
          ],
        },
      ],
    });
  beforeAll(async () => {
    await admin.connect();
    chatService = await ChatService.open(brokers);
  }, 60_000);
  afterEach(async () => {
    jest.restoreAllMocks();
    await chatService.stop();
  });
  afterAll(async () => {
    await admin.disconnect();
    await chatService?.close();
  });

  it('publishes: the times of the records are those of the broker', async () => {
    clockAhead();
    chatService.start(brokers);
    await chatService.publish(Posted, 'ann');
    await chatService.idle();
    expect(await chatService.count('msg_outbox_blocked_keys')).toBe(0);
  });

  it('waits where the topic has the times of its publishers, says why, and goes on when the clock is right', async () => {
    await setTimestampType('CreateTime');
    clockAhead();
    chatService.start(brokers);
    await chatService.publish(Posted, 'ann', 'bob');
    const problem = await eventually(() => chatService.problems.find((text) => text.startsWith('relay: ')));
    expect(problem).toMatch(/timestamp/);
    expect(await chatService.count('msg_outbox')).toBe(2);
    jest.restoreAllMocks();
    await chatService.idle();
    expect([await chatService.count('msg_outbox_blocked_keys'), chatService.fatal]).toEqual([0, []]);
  });
});
