import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { partitionOf } from '../internals.js';
import { message } from '../index.js';
import { headersOf, toOutboxRow } from '../outbox/envelope.js';
import {
  chat,
  ChatService,
  Posted,
  PostedAndTypingHandler,
  PostedHandler,
  service,
  Typing,
} from './chat-service.fixture.spec.js';

const brokers = process.env['TEST_KAFKA_BROKERS']!;

describe('a service that restarts', () => {
  let chatService: ChatService;
  const publish = async (
    key: string,
    value: string | null,
    headers: Readonly<Record<string, string>>,
  ): Promise<void> => {
    const kafka = chatService.client(brokers);
    const publisher = await kafka.publisher();
    await publisher.publish([{ topic: chat.name, partition: partitionOf(key, chat.partitions), key, value, headers }]);
    await publisher.close();
    await kafka.close();
  };

  beforeAll(async () => {
    chatService = await ChatService.open(brokers);
    chatService.start(brokers);
    await chatService.publish(Posted, 'ann', 'bob', 'cid');
    await chatService.idle();
    await chatService.stop();
  }, 60_000);
  afterEach(() => chatService.stop());
  afterAll(() => chatService?.close());

  it('continues', async () => {
    chatService.start(brokers);
    await chatService.publish(Posted, 'ann');
    await chatService.idle();
    expect(chatService.fatal).toEqual([]);
  });

  it('continues after a crash between the acknowledgement and the mark', async () => {
    const [id] = await chatService.publish(Posted, 'ann');
    const row = toOutboxRow(message(Posted, { author: 'ann' }), {
      id: id!,
      at: new Date(),
      cause: id!,
      correlation: undefined,
    });
    await publish('ann', row.payload, headersOf({ ...row, position: 1n, sequence: 3n }, service));
    const before = await chatService.count('received_posts');
    chatService.start(brokers);
    await chatService.idle();
    expect([chatService.fatal, await chatService.count('received_posts')]).toEqual([[], before + 1]);
  });

  it('continues past a record that no outbox has published', async () => {
    await publish('ann', '{}', {});
    chatService.start(brokers);
    await eventually(async () => (await chatService.count('msg_dead_letters')) === 1);
    expect(chatService.fatal).toEqual([]);
  });

  it('continues with handlers of types that it ignored before, and without them again', async () => {
    chatService.start(brokers);
    await chatService.publish(Posted, 'bob');
    await chatService.publish(Typing, 'bob');
    await chatService.idle();
    await chatService.stop();
    for (const controller of [new PostedAndTypingHandler(), new PostedAndTypingHandler(), new PostedHandler()]) {
      chatService.start(brokers, {}, controller);
      await chatService.publish(Typing, 'bob');
      await chatService.idle();
      expect(chatService.fatal).toEqual([]);
      await chatService.stop();
    }
  });

  it('stops before it publishes or handles anything if its inbox lacks what the group has committed', async () => {
    chatService.start(brokers);
    await chatService.publish(Posted, 'ann', 'bob', 'cid');
    await chatService.idle();
    await chatService.stop();
    await chatService.dataSource.query('create table copied as select * from msg_inbox; truncate msg_inbox');
    await chatService.publish(Posted, 'cid');
    const before = await chatService.count('received_posts');
    chatService.start(brokers);
    expect(await chatService.offsetMismatch()).toMatch(
      new RegExp(
        `the database of ${service} is behind Kafka: the committed offset of ${service} on ${chat.name} partition \\d is \\d+, .* does not know that it handled the record at \\d+ .*tradewind recover ${service}.*deleted rows of msg_inbox by hand, run "tradewind offsets accept ${service}"`,
      ),
    );
    await chatService.stop();
    expect(await chatService.count('received_posts')).toBe(before);
    await chatService.dataSource.query(
      'insert into msg_inbox select * from copied on conflict do nothing; drop table copied',
    );
  });

  it('searches as far back as needed for a message that the group has handled', async () => {
    chatService.start(brokers);
    await chatService.publish(Posted, 'bob');
    await chatService.publish(Typing, ...Array.from({ length: 120 }, () => 'bob'));
    await chatService.idle();
    await chatService.stop();
    await chatService.dataSource.query(
      `create table copied as select * from msg_inbox; delete from msg_inbox where ordering_key like '%bob'`,
    );
    chatService.start(brokers);
    expect(await chatService.offsetMismatch()).toMatch(/the database does not know that it handled the record at \d+/);
    await chatService.stop();
    await chatService.dataSource.query(
      'insert into msg_inbox select * from copied on conflict do nothing; drop table copied',
    );
  });

  it('stops before it publishes anything if its topic has more records than the database knows', async () => {
    await chatService.dataSource.query(
      'create table copied as select * from msg_published_offsets; truncate msg_published_offsets, msg_outbox_archive, msg_outbox',
    );
    await chatService.publish(Posted, 'cid');
    chatService.start(brokers);
    expect(await chatService.offsetMismatch()).toMatch(
      new RegExp(
        `the database of ${service} is behind Kafka: ${chat.name} partition \\d ends at \\d+, the database knows it up to 0, .*tradewind recover ${service}`,
      ),
    );
    await chatService.stop();
    expect(await chatService.count('msg_outbox')).toBe(1);
    await chatService.dataSource.query('insert into msg_published_offsets select * from copied; drop table copied');
  });

  it('stops before it publishes anything if its topic has fewer records than the database knows', async () => {
    await chatService.dataSource.query('update msg_published_offsets set next_offset = next_offset + 1000');
    chatService.start(brokers);
    expect(await chatService.offsetMismatch()).toMatch(
      new RegExp(
        `Kafka is behind the database of ${service}: ${chat.name} partition \\d ends at \\d+, and was published up to \\d+\\. .*tradewind recover kafka`,
      ),
    );
    await chatService.stop();
    expect(await chatService.count('msg_outbox')).toBe(1);
  });
});
