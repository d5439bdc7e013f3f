import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { OffsetMismatch } from '../ports/index.js';
import { chat, ChatService, Posted, service } from './chat-service.fixture.spec.js';

const brokers = process.env['TEST_KAFKA_BROKERS']!;

describe('a service whose database was restored without its identities', () => {
  let chatService: ChatService;
  const restartIdentity = (at: number) =>
    chatService.dataSource.query(`alter table msg_outbox alter column position restart with ${at}`);
  const recordCount = async (): Promise<bigint> =>
    (await chatService.kafka.endOffsets([chat.name])).reduce((sum, { end }) => sum + end, 0n);

  beforeAll(async () => {
    chatService = await ChatService.open(brokers);
    chatService.start(brokers);
    await chatService.publish(Posted, 'ann', 'bob', 'cid');
    await chatService.idle();
  }, 60_000);
  afterEach(() => chatService.stop());
  afterAll(() => chatService?.close());

  it('stops when it publishes such a row, and does not publish it without end', async () => {
    await restartIdentity(1);
    const before = await recordCount();
    await chatService.publish(Posted, 'ann');
    await eventually(() => chatService.fatal.length > 0);
    expect(chatService.fatal[0]).toBeInstanceOf(OffsetMismatch);
    expect(await recordCount()).toBe(before + 1n);
  });

  it('does not start, and names what repairs it; then it continues', async () => {
    chatService.start(brokers);
    const mismatch = await chatService.offsetMismatch();
    const [, remedy] = /run "(.*)"\.$/.exec(mismatch)!;
    expect(mismatch).toBe(
      `the database of ${service} was restored without its identities: the last position of msg_outbox is 1, and 3 is used. ` +
        `Nothing can be published. If nothing else is missing, run "${remedy}".`,
    );
    await chatService.stop();
    await chatService.dataSource.query(remedy!);
    chatService.start(brokers);
    await chatService.publish(Posted, 'dan');
    await chatService.idle();
    expect(chatService.fatal).toEqual([]);
  });
});
