import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { partitionOf, said } from '../index.js';
import { headersOf, toOutboxRow } from '../outbox/envelope.js';
import { Coughed, Listener, PatientListener, Said, service, talk, Talker } from './talker.fixture.spec.js';

const brokers = process.env['TEST_KAFKA_BROKERS']!;

describe('a service that starts again', () => {
  let talker: Talker;
  const publish = async (
    key: string,
    value: string | null,
    headers: Readonly<Record<string, string>>,
  ): Promise<void> => {
    const kafka = talker.client(brokers);
    const publisher = await kafka.publisher();
    await publisher.publish([{ topic: talk.name, partition: partitionOf(key, talk.partitions), key, value, headers }]);
    await publisher.close();
    await kafka.close();
  };

  beforeAll(async () => {
    talker = await Talker.open();
    await talker.provision(brokers);
    talker.start(brokers);
    await talker.tell(Said, 'ann', 'bob', 'cid');
    await talker.atRest();
    await talker.stop();
  }, 60_000);
  afterEach(() => talker.stop());
  afterAll(() => talker?.close());

  it('goes on where it was', async () => {
    talker.start(brokers);
    await talker.tell(Said, 'ann');
    await talker.atRest();
    expect(talker.fatal).toEqual([]);
  });

  it('goes on after a crash between the acknowledgement and the mark', async () => {
    const [id] = await talker.tell(Said, 'ann');
    const row = toOutboxRow(said(Said, { who: 'ann' }), {
      id: id!,
      at: new Date(),
      cause: id!,
      correlation: undefined,
      traceparent: null,
    });
    await publish('ann', row.payload, headersOf({ ...row, position: 1n, sequence: 3n }, service));
    const before = await talker.count('heard');
    talker.start(brokers);
    await talker.atRest();
    expect([talker.fatal, await talker.count('heard')]).toEqual([[], before + 1]);
  });

  it('goes on over a record that a stranger has written', async () => {
    await publish('ann', '{}', {});
    talker.start(brokers);
    await eventually(async () => (await talker.count('msg_parked')) === 1);
    expect(talker.fatal).toEqual([]);
  });

  it('goes on with handlers for what it has passed over before, and without them again', async () => {
    talker.start(brokers);
    await talker.tell(Said, 'bob');
    await talker.tell(Coughed, 'bob');
    await talker.atRest();
    await talker.stop();
    for (const listener of [new PatientListener(), new PatientListener(), new Listener()]) {
      talker.start(brokers, listener);
      await talker.tell(Coughed, 'bob');
      await talker.atRest();
      expect(talker.fatal).toEqual([]);
      await talker.stop();
    }
  });

  it('ends before anything is said or handled when its inbox does not know what the group has passed', async () => {
    talker.start(brokers);
    await talker.tell(Said, 'ann', 'bob', 'cid');
    await talker.atRest();
    await talker.stop();
    await talker.dataSource.query('create table kept as select * from msg_inbox; truncate msg_inbox');
    await talker.tell(Said, 'cid');
    const before = await talker.count('heard');
    talker.start(brokers);
    expect(await talker.disagreement()).toMatch(
      new RegExp(
        `the database of ${service} is behind Kafka: the position of ${service} on ${talk.name} partition \\d is \\d+, .* does not know that it handled the record at \\d+ .*tradewind recover ${service}`,
      ),
    );
    await talker.stop();
    expect(await talker.count('heard')).toBe(before);
    await talker.dataSource.query('insert into msg_inbox select * from kept on conflict do nothing; drop table kept');
  });

  it('looks as far back as it must for what the group has handled', async () => {
    talker.start(brokers);
    await talker.tell(Said, 'bob');
    await talker.tell(Coughed, ...Array.from({ length: 120 }, () => 'bob'));
    await talker.atRest();
    await talker.stop();
    await talker.dataSource.query(
      `create table kept as select * from msg_inbox; delete from msg_inbox where lane like '%bob'`,
    );
    talker.start(brokers);
    expect(await talker.disagreement()).toMatch(/the database does not know that it handled the record at \d+/);
    await talker.stop();
    await talker.dataSource.query('insert into msg_inbox select * from kept on conflict do nothing; drop table kept');
  });

  it('ends before anything is said when its topic goes on beyond what it knows', async () => {
    await talker.dataSource.query(
      'create table kept as select * from msg_relay_positions; truncate msg_relay_positions, msg_outbox_archive, msg_outbox',
    );
    await talker.tell(Said, 'cid');
    talker.start(brokers);
    expect(await talker.disagreement()).toMatch(
      new RegExp(
        `the database of ${service} is behind Kafka: ${talk.name} partition \\d ends at \\d+, the database knows it up to 0, .*tradewind recover ${service}`,
      ),
    );
    await talker.stop();
    expect(await talker.count('msg_outbox')).toBe(1);
    await talker.dataSource.query('insert into msg_relay_positions select * from kept; drop table kept');
  });

  it('ends before anything is said when its topic ends before what it knows', async () => {
    await talker.dataSource.query('update msg_relay_positions set next_offset = next_offset + 1000');
    talker.start(brokers);
    expect(await talker.disagreement()).toMatch(
      new RegExp(
        `Kafka is behind the database of ${service}: ${talk.name} partition \\d ends at \\d+, and was published up to \\d+\\. .*tradewind recover kafka`,
      ),
    );
    await talker.stop();
    expect(await talker.count('msg_outbox')).toBe(1);
  });
});
