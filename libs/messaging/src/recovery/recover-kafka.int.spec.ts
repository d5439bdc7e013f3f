import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startKafka, type Kafka } from '../../../../tools/platform/kafka/start-kafka.js';
import { freePorts } from '../../../../tools/platform/process/ports.js';
import { removeState, temporaryFolder } from '../../../../tools/platform/process/temporary-folder.js';
import { growTopic, partitionOf, systemWorld, type IncomingRecord, type KafkaClient } from '../index.js';
import { recoverPositions, type RecoveredPositions } from './recover-positions.js';
import { recoverTopics, type RecoveredTopics } from './recover-topics.js';
import { RecoveryRefused } from './recovery-context.js';
import { Said, service, talk, Talker } from './talker.fixture.spec.js';

const names = Array.from({ length: 20 }, (_, index) => `talker ${index}`);

describe('a Kafka whose disk', () => {
  let folder: string;
  let ports: number[];
  let kafka: Kafka;
  let talker: Talker;

  const startBroker = async (): Promise<void> => {
    kafka = await startKafka({
      dataDir: join(folder, 'kafka'),
      port: ports[0]!,
      controllerPort: ports[1]!,
      log: join(folder, 'kafka.log'),
      shortLived: true,
    });
    await talker.provision(kafka.brokers);
  };
  const withBroker = async <T>(work: (client: KafkaClient) => Promise<T>): Promise<T> => {
    const client = talker.client(kafka.brokers);
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  };
  const records = (): Promise<IncomingRecord[]> =>
    withBroker(async (client) => {
      const all: IncomingRecord[] = [];
      const ends = await client.endOffsets([talk.name]);
      await client.read({
        ranges: ends.map((each) => ({ ...each, from: 0n, to: each.end })),
        onRecords: (some) => Promise.resolve(void all.push(...some)),
      });
      return all.sort((a, b) => a.partition - b.partition || Number(a.offset - b.offset));
    });
  const trade = async (rounds: number): Promise<void> => {
    talker.start(kafka.brokers);
    for (let round = 0; round < rounds; round++) await talker.tell(Said, ...names);
    await talker.atRest();
    await talker.stop();
  };
  const recover = (): Promise<{ topics: RecoveredTopics; positions: RecoveredPositions }> =>
    withBroker(async (client) => {
      const { dataSource, store, options } = talker;
      const context = { dataSource, store, options, kafka: client, world: systemWorld, reason: 'a drill' };
      const topics = await recoverTopics(context);
      const positions = await recoverPositions(context, [
        { group: service, topics: [talk.name], types: ['talk.said'] },
      ]);
      return { topics, positions };
    });
  const archivedPlaces = () =>
    talker.dataSource.query<object[]>(
      'select id::text as id, partition, record_offset::int as offset, sequence::int as sequence from msg_outbox_archive order by partition, record_offset',
    );
  const placesOf = (some: readonly IncomingRecord[]) =>
    some.map(({ headers, partition, offset }) => ({
      id: headers['ce_id'],
      partition,
      offset: Number(offset),
      sequence: Number(headers['ce_sequence']),
    }));

  beforeAll(async () => {
    folder = await temporaryFolder();
    ports = await freePorts(2);
    talker = await Talker.open();
    await startBroker();
    await trade(10);
  }, 120_000);
  afterEach(() => talker.stop());
  afterAll(async () => {
    await talker?.close();
    await kafka?.stop();
    if (folder) removeState(folder);
  }, 60_000);

  it('was wiped is noticed, filled again with the very same records, and nothing is handled twice', async () => {
    const before = await records();
    await kafka.stop();
    rmSync(join(folder, 'kafka'), { recursive: true });
    await startBroker();
    talker.start(kafka.brokers);
    expect(await talker.disagreement()).toContain('Kafka is behind the database');
    await talker.stop();
    const { topics, positions } = await recover();
    expect(topics.topics).toEqual([{ topic: talk.name, records: 200, published: 200 }]);
    expect(positions.groups).toEqual([{ group: service, partitions: 3, left: 0 }]);
    expect(await records()).toEqual(before);
    expect(await archivedPlaces()).toEqual(placesOf(before));
    await trade(1);
    expect([await talker.count('heard'), talker.fatal]).toEqual([220, []]);
  }, 120_000);

  it('was restored to an earlier moment is noticed, and only what is missing is published', async () => {
    await kafka.stop();
    cpSync(join(folder, 'kafka'), join(folder, 'copy'), { recursive: true });
    await startBroker();
    await trade(3);
    const before = await records();
    await kafka.stop();
    rmSync(join(folder, 'kafka'), { recursive: true });
    cpSync(join(folder, 'copy'), join(folder, 'kafka'), { recursive: true });
    await startBroker();
    talker.start(kafka.brokers);
    expect(await talker.disagreement()).toContain('Kafka is behind the database');
    await talker.stop();
    const { topics } = await recover();
    expect(topics.topics).toEqual([{ topic: talk.name, records: 280, published: 60 }]);
    expect(await records()).toEqual(before);
    await trade(1);
    expect([await talker.count('heard'), talker.fatal]).toEqual([300, []]);
  }, 120_000);

  it('is whole is left as it is', async () => {
    const before = await records();
    const { topics, positions } = await recover();
    expect([topics.topics[0]!.published, positions.groups[0]!.left]).toEqual([0, 0]);
    expect(await records()).toEqual(before);
  });

  it('lacks a position is read from the first message that was not handled', async () => {
    const [lost] = await talker.dataSource.query<{ id: string }[]>(
      'select id::text as id from msg_outbox_archive order by partition, record_offset offset 5 limit 1',
    );
    await talker.dataSource.query('delete from msg_inbox where message_id = $1', [lost!.id]);
    await talker.dataSource.query('delete from heard where heard_id = $1', [lost!.id]);
    const before = await talker.count('heard');
    const { positions } = await recover();
    expect(positions.groups[0]!.left).toBeGreaterThan(0);
    await trade(1);
    expect([await talker.count('heard'), talker.fatal]).toEqual([before + names.length + 1, []]);
  }, 60_000);

  it('was wiped after its topic had grown is as large again, and every key lies where it belongs now', async () => {
    talker.start(kafka.brokers);
    const { dataSource, options } = talker;
    await withBroker(async (client) => {
      const grown = await growTopic(
        { options, dataSource, kafka: client, world: systemWorld },
        { topic: talk.name, partitions: 5, reason: 'a drill' },
      );
      expect(grown).toMatchObject({ inForce: 5, onBrokers: 5 });
    });
    await talker.tell(Said, ...names);
    await talker.atRest();
    await talker.stop();
    const [before, heard] = [await records(), await talker.count('heard')];
    await kafka.stop();
    rmSync(join(folder, 'kafka'), { recursive: true });
    await startBroker();
    const { positions } = await recover();
    expect(positions.groups).toEqual([{ group: service, partitions: 5, left: 0 }]);
    const after = await records();
    expect(after.map(({ headers }) => headers['ce_id']).sort()).toEqual(
      before.map(({ headers }) => headers['ce_id']).sort(),
    );
    expect(after.filter(({ headers }) => 'ce_after' in headers)).toEqual([]);
    for (const { key, partition } of after) expect(partition).toBe(partitionOf(key!, 5));
    await trade(1);
    expect([await talker.count('heard'), talker.fatal]).toEqual([heard + names.length, []]);
  }, 120_000);

  it('is not touched while the service runs', async () => {
    talker.start(kafka.brokers);
    await talker.tell(Said, 'ann');
    await talker.atRest();
    await expect(recover()).rejects.toThrow(
      new RecoveryRefused(`relay is connected to the database of ${service}: stop every instance of the service first`),
    );
  });
});
