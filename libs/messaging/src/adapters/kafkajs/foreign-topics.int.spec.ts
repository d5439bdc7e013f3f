import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { ignore } from '../../index.js';
import {
  Booked,
  BookedHandler,
  bookings,
  latest,
  LatestHandler,
  LedgerService,
  reading,
  service,
} from './foreign-service.fixture.spec.js';

const brokers = process.env['TEST_KAFKA_BROKERS']!.split(',');
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

describe('a service that consumes topics of another system', () => {
  let ledger: LedgerService;
  const { read } = reading;
  const settled = (account: string, count: number) =>
    eventually(async () => {
      const rows = await ledger.booked(account);
      return rows.length >= count && rows;
    });
  const deadLetters = (): Promise<{ key: string | null; detail: string }[]> =>
    ledger.dataSource.query('select key, detail from msg_blocked_keys order by detail');
  const redriven = async (): Promise<void> => {
    await ledger.dataSource.query(`update msg_blocked_keys set state = 'redriving'`);
    await eventually(async () => (await deadLetters()).length === 0);
  };
  const idle = (topic: string): Promise<unknown> =>
    eventually(async () => {
      const committed = await ledger.kafka.committedOffsets(service, [topic]);
      const offsetOf = new Map(committed.map(({ partition, offset }) => [partition, offset]));
      const ends = await ledger.kafka.endOffsets([topic]);
      return ends.every(({ partition, start, end }) => (offsetOf.get(partition) ?? start) >= end);
    });

  beforeAll(async () => {
    ledger = await LedgerService.open(brokers);
    // Nothing of this is what the library would have chosen.
    await ledger.createTopic(bookings.name, 2, { 'retention.ms': '86400000', 'retention.bytes': '1000000' });
  }, 60_000);
  afterEach(async () => {
    reading.read = read;
    await ledger.stop();
  });
  afterAll(() => ledger?.close());

  it('handles each format once, with the ids of its publisher', async () => {
    ledger.start(new BookedHandler());
    const change = (op: string, lsn: number, amount: number) => ({
      key: json({ id: 7 }),
      headers: { 'x-format': 'debezium', bytes: Buffer.from([0, 255]) },
      value: json({ op, before: null, after: op === 'd' ? null : { account: 'debezium', amount }, source: { lsn } }),
    });
    const booking = { id: 'json 1', account: 'json', amount: 1 };
    const event = { specversion: '1.0', id: 'E-1', type: 'booked', source: '/crm' };
    await ledger.produce(
      bookings.name,
      { key: 'k', value: json(booking) },
      { key: 'k', value: json(booking) },
      { key: Buffer.from([0, 255, 254]), value: json({ account: 'binary key', amount: 2 }) },
      { key: null, value: json({ account: 'no key', amount: 3 }), partition: 0 },
      change('c', 1000, 10),
      change('u', 1001, 11),
      change('d', 1002, 0),
      { key: json({ id: 7 }), value: null },
      {
        key: 'e',
        headers: { 'content-type': 'application/cloudevents+json' },
        value: json({ ...event, data: { account: 'structured', amount: 4 } }),
      },
      {
        key: 'e',
        headers: { ce_specversion: '1.0', ce_id: 'E-2', ce_type: 'booked', ce_source: '/crm' },
        value: json({ account: 'binary', amount: 5 }),
      },
    );
    await idle(bookings.name);
    expect(ledger.fatal).toEqual([]);
    const rows = await Promise.all(
      ['json', 'binary key', 'no key', 'debezium', 'structured', 'binary'].map((account) => ledger.booked(account)),
    );
    expect(rows.map((of) => of.map(({ amount, original_id: id }) => [amount, id]))).toEqual([
      [[1, 'json 1']],
      [[2, null]],
      [[3, null]],
      [
        [10, 'debezium 1000'],
        [11, 'debezium 1001'],
      ],
      [[4, '/crm E-1']],
      [[5, '/crm E-2']],
    ]);
    expect((await ledger.booked('debezium')).map(({ sequence }) => sequence)).toEqual(['1000', '1001']);
    expect(await deadLetters()).toEqual([]);
  });

  it('dead-letters what it cannot read, keeps the order of its key, and handles other keys', async () => {
    ledger.start(new BookedHandler());
    await ledger.produce(
      bookings.name,
      { key: 'garbage', value: '<booking/>' },
      { key: 'garbage', value: json({ id: 'behind', account: 'behind', amount: 2 }) },
      { key: 'other', value: json({ account: 'other', amount: 1 }) },
    );
    await settled('other', 1);
    await idle(bookings.name);
    expect(await deadLetters()).toEqual([{ key: 'garbage', detail: expect.stringContaining('the value is not JSON') }]);
    expect(await ledger.booked('behind')).toEqual([]);
    reading.read = (record) =>
      record.text().startsWith('<')
        ? { id: 'read now', message: Booked, fields: { account: 'behind', amount: 1 } }
        : read(record);
    await redriven();
    expect((await ledger.booked('behind')).map(({ amount, original_id: id }) => [amount, id])).toEqual([
      [1, 'read now'],
      [2, 'behind'],
    ]);
    // The same message, from its publisher again: its id of today is in the inbox.
    await ledger.produce(bookings.name, { key: 'garbage', value: '<booking/>' });
    await idle(bookings.name);
    expect(await ledger.booked('behind')).toHaveLength(2);
  });

  it('skips a dead letter that read ignores when it is redriven', async () => {
    ledger.start(new BookedHandler());
    await ledger.produce(
      bookings.name,
      { key: 'odd', value: '<odd/>' },
      { key: 'odd', value: json({ account: 'odd', amount: 1 }) },
    );
    await eventually(async () => (await deadLetters()).length === 1);
    reading.read = (record) => (record.text().startsWith('<') ? ignore : read(record));
    await redriven();
    expect(await ledger.booked('odd')).toHaveLength(1);
  });

  it('names a topic that its owner has not created', async () => {
    ledger.start(new BookedHandler(), new LatestHandler());
    const mismatch = await eventually(() => ledger.fatal[0]?.message);
    expect(mismatch).toBe(`the foreign topic ${latest.name} does not exist: its owner must create it`);
    await expect(ledger.kafka.provision([latest])).rejects.toThrow('its owner must create it');
  });

  describe('from the latest records', () => {
    const posted = (account: string, partition: number) => ({ partition, value: json({ account }) });

    it('starts at the ends when the group sees the topic first', async () => {
      await ledger.createTopic(latest.name, 1);
      await ledger.produce(latest.name, posted('before', 0));
      ledger.start(new BookedHandler(), new LatestHandler());
      await eventually(async () => (await ledger.kafka.committedOffsets(service, [latest.name]))[0]?.offset === 1n);
      await ledger.produce(latest.name, posted('after', 0));
      await settled('after', 1);
      expect(await ledger.booked('before')).toEqual([]);
    });

    it('starts there again when the broker has lost the offsets: nothing since then is skipped', async () => {
      await ledger.produce(latest.name, posted('meanwhile', 0));
      await eventually(() => ledger.kafka.deleteOffsets(service).then(() => true));
      ledger.start(new BookedHandler(), new LatestHandler());
      await settled('meanwhile', 1);
      expect([await ledger.booked('before'), (await ledger.booked('after')).length]).toEqual([[], 1]);
    });

    it('reads an added partition from its beginning, and continues after a restart', async () => {
      await ledger.admin.createPartitions({ topicPartitions: [{ topic: latest.name, count: 2 }] });
      await ledger.produce(latest.name, posted('stopped', 0));
      // The running producer of kafkajs does not know the new partition, and would drop its records without an error.
      const publisher = await ledger.kafka.publisher();
      await publisher.publish([{ topic: latest.name, key: null, headers: {}, ...posted('added', 1) }]);
      await publisher.close();
      ledger.start(new BookedHandler(), new LatestHandler());
      await settled('added', 1);
      await settled('stopped', 1);
      expect(await ledger.booked('before')).toEqual([]);
    });
  });
});
