import { randomBytes, randomUUID } from 'node:crypto';
import * as zlib from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { foreignTopic, kafkaClient, topic } from '../../index.js';
import { UnreadableRecords, type IncomingRecord } from '../../ports/index.js';
import { bookings, BookedHandler, LedgerService, service } from './foreign-service.fixture.spec.js';

const brokers = process.env['TEST_KAFKA_BROKERS']!.split(',');
const hasZstd = 'zstdDecompress' in zlib;
const cannotRead = 'this client reads no Zstandard';
const fieldsOf = (account: string): string => JSON.stringify({ account, amount: 1 });

describe('a topic whose broker compresses it', () => {
  let ledger: LedgerService;
  beforeAll(async () => {
    ledger = await LedgerService.open(brokers, {
      zstd: () => {
        throw new Error(cannotRead);
      },
    });
    await ledger.createTopic(bookings.name, 1);
  }, 60_000);
  afterAll(() => ledger?.close());

  const compressed = async (type: string, ...values: readonly string[]): Promise<string> => {
    const name = `${type}-${randomUUID()}`;
    await ledger.createTopic(name, 1, { 'compression.type': type });
    await ledger.produce(name, ...values.map((value) => ({ value })));
    return name;
  };
  const read = async (name: string): Promise<string[]> => {
    const records: IncomingRecord[] = [];
    const ends = await ledger.kafka.endOffsets([name]);
    await ledger.kafka.read({
      ranges: ends.map(({ start, end, ...place }) => ({ ...place, from: start, to: end })),
      onRecords: (some) => Promise.resolve(void records.push(...some)),
    });
    return records.map(({ value }) => value!.toString());
  };
  /** Short, repeated, and random in several blocks. */
  const values = [
    'a',
    'abc'.repeat(50_000),
    randomBytes(150_000).toString('hex'),
    `${randomBytes(500).toString('hex')} `.repeat(200),
  ];

  it.each(['gzip', 'snappy', 'lz4', 'uncompressed'])('is read when it is %s', async (type) =>
    expect(await read(await compressed(type, ...values))).toEqual(values),
  );

  it('stops the start when this process cannot read it, and names topic and setting', async () => {
    const name = await compressed('zstd', 'a');
    const plain = kafkaClient({ brokers, clientId: 'plain' });
    const declared = topic(name, { owner: 'test', partitions: 1, retention: { time: '7d' } });
    for (const each of [declared, foreignTopic(name, bookings.foreign)]) {
      const refused = await plain.check([each], 'another').catch(({ message }: Error) => message);
      expect(refused).toBe(
        hasZstd
          ? undefined
          : `the topic ${name} has compression.type=zstd: it is compressed with zstd, which this process cannot read: run it on Node 22.15 or later, or set kafka.zstd`,
      );
    }
    await plain.close();
    await expect(read(name)).rejects.toBeInstanceOf(UnreadableRecords);
  });

  it('lets only its partition wait when it becomes unreadable later, and is named', async () => {
    ledger.start(new BookedHandler());
    await ledger.produce(bookings.name, { key: 'before', value: fieldsOf('before') });
    await eventually(async () => (await ledger.booked('before')).length === 1);
    await ledger.admin.createPartitions({ topicPartitions: [{ topic: bookings.name, count: 2 }] });
    const setCompression = (type: string) =>
      ledger.admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: 2, name: bookings.name, configEntries: [{ name: 'compression.type', value: type }] }],
      });
    const publish = async (partition: number, account: string): Promise<void> => {
      const publisher = await ledger.kafka.publisher();
      await publisher.publish([
        { topic: bookings.name, partition, key: account, value: fieldsOf(account), headers: {} },
      ]);
      await publisher.close();
    };
    await setCompression('zstd');
    await eventually(() => publish(0, 'unreadable').then(() => true));
    const problem = `consumer ${service}: ${bookings.name} partition 0 cannot be read at offset `;
    await eventually(() =>
      ledger.runtime!.transport.problems.some((text) => text.startsWith(problem) && text.includes(cannotRead)),
    );
    await setCompression('producer');
    await eventually(async () => {
      await publish(1, 'other partition');
      return (await ledger.booked('other partition')).length > 0;
    });
    expect(ledger.fatal).toEqual([]);
    await ledger.stop();
    // Neither does it keep the service from starting again.
    ledger.start(new BookedHandler());
    await publish(1, 'after a restart');
    await eventually(async () => (await ledger.booked('after a restart')).length === 1);
    expect(ledger.fatal).toEqual([]);
  });
});
