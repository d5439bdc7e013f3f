import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import fc from 'fast-check';
import kafkajs from 'kafkajs';
import type { IncomingRecord } from '../../ports/index.js';
import { bookings, BookedHandler, LedgerService, service } from './foreign-service.fixture.spec.js';
import { anyRecord, aRecord, produceRaw } from './raw-records.fixture.spec.js';
import type { RawRecord } from './record-batches.js';

const brokers = process.env['TEST_KAFKA_BROKERS']!.split(',');
const booked = (account: string, rest: Partial<RawRecord> = {}): RawRecord =>
  aRecord(0n, { value: Buffer.from(JSON.stringify({ account, amount: 1 })), ...rest });

describe('a service that consumes a topic on which anybody publishes', () => {
  let ledger: LedgerService;
  const produce = (...records: readonly RawRecord[]) => produceRaw(brokers[0]!, bookings.name, 0, records);
  /** Every record of the topic, by both ways to read it whole. */
  const readWhole = async (): Promise<[IncomingRecord[], IncomingRecord[]]> => {
    const [tailed, read]: [IncomingRecord[], IncomingRecord[]] = [[], []];
    const fatal: Error[] = [];
    const tail = await ledger.kafka.tail({
      topics: [bookings.name],
      onRecords: (some) => tailed.push(...some),
      onFatal: (error) => fatal.push(error),
    });
    await tail.caughtUp;
    await tail.close();
    const ends = await ledger.kafka.endOffsets([bookings.name]);
    await ledger.kafka.read({
      ranges: ends.map(({ start, end, ...place }) => ({ ...place, from: start, to: end })),
      onRecords: (some) => Promise.resolve(void read.push(...some)),
    });
    expect(fatal).toEqual([]);
    return [tailed, read];
  };
  const committed = async (): Promise<boolean> => {
    const [end] = await ledger.kafka.endOffsets([bookings.name]);
    const [offset] = await ledger.kafka.committedOffsets(service, [bookings.name]);
    return end !== undefined && end.end === offset?.offset;
  };
  const blocked = (): Promise<{ key: string | null; detail: string }[]> =>
    ledger.dataSource.query('select key, detail from msg_blocked_keys');

  beforeAll(async () => {
    ledger = await LedgerService.open(brokers);
    await ledger.createTopic(bookings.name, 1);
  }, 60_000);
  afterEach(() => ledger.stop());
  afterAll(() => ledger?.close());

  it('handles a record whose header has no value', async () => {
    ledger.start(new BookedHandler());
    await produce(booked('no header value', { headers: [[Buffer.from('baggage'), null]] }));
    await eventually(committed);
    expect(await ledger.booked('no header value')).toHaveLength(1);
  });

  it.each([
    ['the framing of a schema registry', { value: Buffer.from('\0\0\0\0\u0007{"account":"a"}') }],
    ['a key with the byte 0', { key: Buffer.from('a\0b'), value: Buffer.from('{') }],
    ['a header of bytes', { headers: [[Buffer.from('h\0'), Buffer.from([0, 255])]], value: Buffer.from('{') }],
    [
      'a long key',
      {
        key: Buffer.from(Array.from({ length: 4_000 }, (_, at) => 33 + ((at * at * 7919) % 90))),
        value: Buffer.from('{'),
      },
    ],
    ['a field with the byte 0', { value: Buffer.from('{"account":"a\\u0000b","amount":1}') }],
    ['the names of a prototype', { value: Buffer.from('{"__proto__":{"account":1},"constructor":1}') }],
  ] as [string, Partial<RawRecord>][])(
    'dead-letters an unsound record with %s, and handles other keys',
    async (_, rest) => {
      ledger.start(new BookedHandler());
      const before = (await ledger.booked('sound')).length;
      await produce(
        aRecord(0n, { key: Buffer.from(`key of ${_}`), ...rest }),
        booked('sound', { key: Buffer.from('sound') }),
      );
      await eventually(committed);
      expect(await ledger.booked('sound')).toHaveLength(before + 1);
      expect(await blocked()).not.toEqual([]);
      await ledger.dataSource.query(`update msg_blocked_keys set state = 'redriving'`);
      await eventually(
        async () =>
          (await ledger.dataSource.query(`select 1 from msg_blocked_keys where state = 'redriving'`)).length === 0,
      );
      await ledger.dataSource.query('delete from msg_dead_letters');
      await ledger.dataSource.query('delete from msg_blocked_keys');
    },
  );

  it('goes on after any records, also after a restart, and they can be read', async () => {
    ledger.start(new BookedHandler());
    const [seed] = fc.sample(fc.nat(), 1);
    const records = fc.sample(anyRecord, { numRuns: 600, seed: seed! });
    for (let at = 0; at < records.length; at += 100) await produce(...records.slice(at, at + 100));
    await produce(booked('after any records', { key: Buffer.from('a key that none of them has') }));
    await eventually(committed, 120_000);
    expect({ seed, fatal: ledger.fatal, booked: (await ledger.booked('after any records')).length }).toEqual({
      seed,
      fatal: [],
      booked: 1,
    });
    await ledger.stop();
    ledger.start(new BookedHandler());
    await produce(booked('after a restart', { key: Buffer.from('a key that none of them has') }));
    await eventually(async () => (await ledger.booked('after a restart')).length === 1);
    const [tailed, read] = await readWhole();
    expect(tailed.length).toBeGreaterThan(600);
    expect(read.map(({ offset }) => offset)).toEqual(tailed.map(({ offset }) => offset));
  }, 240_000);

  describe('with transactions', () => {
    const client = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING });
    const producer = client.producer({ transactionalId: service, idempotent: true, maxInFlightRequests: 1 });
    const publish = async (end: 'commit' | 'abort', ...accounts: readonly string[]): Promise<void> => {
      const transaction = await producer.transaction();
      await transaction.send({
        topic: bookings.name,
        messages: accounts.map((account) => ({ key: account, value: JSON.stringify({ account, amount: 1 }) })),
      });
      await transaction[end]();
    };
    beforeAll(() => producer.connect());
    afterAll(() => producer.disconnect());

    it('handles what was committed, and commits the offset behind the marks', async () => {
      ledger.start(new BookedHandler());
      await publish('commit', 'committed 1', 'committed 2');
      await publish('abort', 'aborted 1');
      await publish('commit', 'committed 3');
      await publish('abort', 'aborted 2');
      await eventually(committed);
      const names = ['committed 1', 'committed 2', 'committed 3', 'aborted 1', 'aborted 2'];
      expect((await Promise.all(names.map((name) => ledger.booked(name)))).map(({ length }) => length)).toEqual([
        1, 1, 1, 0, 0,
      ]);
      const [tailed, read] = await readWhole();
      expect(tailed.at(-1)!.key).toBe('committed 3');
      expect(read).toEqual(tailed);
    });

    it('knows the end of the log while a transaction is open, and waits there', async () => {
      const [before] = await ledger.kafka.endOffsets([bookings.name]);
      const transaction = await producer.transaction();
      await transaction.send({
        topic: bookings.name,
        messages: [{ key: 'open', value: '{"account":"open","amount":1}' }],
      });
      await produce(booked('behind it', { key: Buffer.from('behind it') }));
      expect((await ledger.kafka.endOffsets([bookings.name]))[0]!.end).toBe(before!.end + 2n);
      ledger.start(new BookedHandler());
      await transaction.commit();
      await eventually(committed);
      expect([await ledger.booked('open'), await ledger.booked('behind it')]).toMatchObject([[{}], [{}]]);
    });
  });
});
