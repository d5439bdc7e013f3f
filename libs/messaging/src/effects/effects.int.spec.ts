import 'reflect-metadata';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import {
  MessageRegistry,
  Handles,
  kafkaClient,
  Message,
  messagingMigrations,
  schedule,
  PostgresStore,
  systemPorts,
  topic,
  type Decision,
  type KafkaClient,
  type MessagingRuntime,
} from '../index.js';
import { aProcess, Outside, settled, settledErrands, type Errand } from './external-service.fixture.spec.js';

const run = randomUUID().slice(0, 8);
const orders = topic(`errands-${run}.commands`, { owner: 'elsewhere', partitions: 1 });

@Message({ type: 'errand.run', topic: orders, key: 'key' })
class RunErrand {
  @IsString() readonly key!: string;
}

class ErrandHandler {
  @Handles(RunErrand)
  take({ key }: RunErrand): Decision {
    return schedule('errand', key, { key, number: 1 });
  }
}

/** A process that calls and never gets an answer, until it is killed. */
const hanging = `
  import 'reflect-metadata';
  import { Catalogue, kafkaClient, MessagingParts, PostgresStore, systemWorld } from '@tradewind/messaging';
  import { DataSource } from 'typeorm';
  const dataSource = await new DataSource({ type: 'postgres', url: process.env.DATABASE_URL }).initialize();
  const ports = { store: new PostgresStore(dataSource), kafka: kafkaClient({ brokers: ['127.0.0.1:1'], clientId: 'none' }), world: systemWorld, log: () => undefined, onFatal: () => undefined };
  const effect = { name: 'errand', run: () => new Promise(() => undefined), settle: () => undefined };
  new MessagingParts({ service: 'errands', contracts: new Catalogue([]), lockOrder: [] }, ports, () => [effect]).effects.start();`;

describe('effects that were wished', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  let kafka: KafkaClient;
  const brokers = process.env['TEST_KAFKA_BROKERS']!.split(',');
  const running: { readonly outside: Outside; readonly parts: MessagingRuntime }[] = [];

  /** A process that makes effects from now on. */
  const starting = (
    outside: Outside,
    ...rest: Parameters<typeof aProcess> extends [unknown, unknown, unknown, ...infer R] ? R : never
  ): MessagingRuntime => {
    const parts = aProcess(dataSource, kafka, outside.effect(), ...rest);
    running.push({ outside, parts });
    parts.effects.start();
    return parts;
  };
  const wish = (...errands: readonly Errand[]): Promise<void> =>
    new PostgresStore(dataSource).transaction((tx) =>
      tx.scheduleEffects(
        errands.map((errand) => ({
          id: randomUUID(),
          name: 'errand',
          key: errand.key,
          payload: errand,
          cause: randomUUID(),
          correlation: errand.key,
        })),
      ),
    );
  const done = (): Promise<Errand[]> => dataSource.query('select key, number from settled order by place');
  const count = async (from: string): Promise<number> =>
    (await dataSource.query<{ n: number }[]>(`select count(*)::int as n from ${from}`))[0]!.n;
  const errandsOf = (key: string, many: number): Errand[] =>
    Array.from({ length: many }, (_, index) => ({ key, number: index + 1 }));
  const keysOf = (many: number): Errand[] =>
    Array.from({ length: many }, (_, index) => ({ key: `key ${index + 1}`, number: 1 }));

  beforeAll(async () => {
    kafka = kafkaClient({ brokers, clientId: 'test' });
    await kafka.provision([orders]);
    database = await freshDatabase();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query(settledErrands);
  }, 60_000);
  afterEach(async () => {
    for (const { outside, parts } of running.splice(0)) {
      outside.answerAll();
      await parts.stopConsuming();
      await parts.stop();
    }
    await dataSource.query('truncate msg_effects, settled');
  });
  afterAll(async () => {
    await kafka?.close();
    await dataSource?.destroy();
    await database?.drop();
  });

  it('are called one at a time a key, in the order wished, and many keys at once, however many processes there are', async () => {
    const outside = new Outside();
    await wish(
      ...[...Array(6).keys()].flatMap((round) =>
        ['ann', 'bob', 'cid', 'dan', 'eve'].map((key) => ({ key, number: round + 1 })),
      ),
    );
    starting(outside);
    starting(outside);
    for (let round = 1; round <= 6; round++) {
      await eventually(() => outside.made.length === 5 * round && outside.underWay.size === 5, 60_000);
      for (const call of [...outside.underWay]) call.answer();
    }
    await eventually(async () => (await done()).length === 30, 60_000);
    expect([outside.most, outside.mostOfAKey]).toEqual([5, 1]);
    for (const key of ['ann', 'bob', 'cid', 'dan', 'eve']) {
      expect(outside.made.filter((errand) => errand.key === key).map(({ number }) => number)).toEqual([
        1, 2, 3, 4, 5, 6,
      ]);
      expect((await done()).filter((errand) => errand.key === key).map(({ number }) => number)).toEqual([
        1, 2, 3, 4, 5, 6,
      ]);
    }
  }, 120_000);

  it('are called effectsAbreast at once in a process, and no more', async () => {
    const outside = new Outside();
    await wish(...keysOf(20));
    starting(outside, { effectConcurrency: 3 });
    while ((await done()).length < 20) {
      const before = outside.made.length;
      const waiting = Math.min(3, 20 - (before - outside.underWay.size));
      await eventually(() => outside.underWay.size >= waiting, 60_000);
      [...outside.underWay][0]?.answer();
      await eventually(
        async () => outside.made.length > before || (await done()).length === 20 || outside.made.length === 20,
        60_000,
      );
    }
    expect(outside.most).toBe(3);
  }, 120_000);

  it('a thousand of one key take one place of those abreast: others go on', async () => {
    const outside = new Outside(({ key }) => key !== 'crowd');
    await wish(...errandsOf('crowd', 1_000));
    starting(outside, { effectConcurrency: 2 });
    await eventually(() => outside.of('crowd') === 1, 60_000);
    await wish(...keysOf(50));
    await eventually(async () => (await done()).length === 50, 60_000);
    expect([outside.of('crowd'), outside.mostOfAKey]).toEqual([1, 1]);
    expect(await count(`msg_effects where key = 'crowd' and attempts = 0`)).toBe(999);
  }, 120_000);

  it('are settled together where they are answered together, and none takes another with it', async () => {
    const outside = new Outside();
    let refusals = 0;
    const settle = (errand: Errand, id: () => string): Decision => {
      if (errand.key === 'key 7' && ++refusals <= 2) throw new Error('not like this');
      return settled(errand, id);
    };
    const parts = aProcess(dataSource, kafka, outside.effect(settle));
    const transactions: number[] = [];
    parts.runner.onCommitted(({ changes }) => void transactions.push(changes.length));
    running.push({ outside, parts });
    await wish(...keysOf(10));
    parts.effects.start();
    await eventually(() => outside.underWay.size === 10, 60_000);
    for (const call of [...outside.underWay]) call.answer();
    await eventually(() => outside.of('key 7') === 1 && outside.made.length === 11, 60_000);
    expect(transactions).toEqual([9]);
    expect((await done()).map(({ key }) => key).sort()).toEqual(
      keysOf(10)
        .map(({ key }) => key)
        .filter((key) => key !== 'key 7')
        .sort(),
    );
    outside.answerAll();
    await eventually(async () => (await done()).length === 10, 60_000);
  }, 120_000);

  it('are called no further than twice effectsAbreast ahead of what can be settled', async () => {
    const outside = new Outside(() => true);
    const holder = dataSource.createQueryRunner();
    await holder.startTransaction();
    await holder.query('lock table settled in access exclusive mode');
    await wish(...keysOf(20));
    const parts = starting(outside, { effectConcurrency: 2 });
    let inVain = 0;
    parts.runner.onTransient(() => inVain++);
    await eventually(() => inVain > 0, 60_000);
    expect(outside.made).toHaveLength(4);
    await holder.rollbackTransaction();
    await holder.release();
    await eventually(async () => (await done()).length === 20, 60_000);
    expect(outside.made).toHaveLength(20);
  }, 120_000);

  it('are each given a signal of their own, which gives the call up when the process ends', async () => {
    const signals: AbortSignal[] = [];
    const parts = aProcess(dataSource, kafka, {
      ...new Outside().effect(),
      run: (_: Errand, { signal }) =>
        new Promise((_answered, reject) => {
          signals.push(signal);
          signal.addEventListener('abort', () => reject(new Error('given up')), { once: true });
        }),
    });
    parts.effects.start();
    await wish(...keysOf(2));
    await eventually(() => signals.length === 2);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    expect(signals[0]).not.toBe(signals[1]);
    await parts.effects.stop();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('hold up neither the offset nor other keys, however slow a call is', async () => {
    const outside = new Outside(({ key }) => key !== 'slow');
    const group = `errands-${run}`;
    const parts = starting(outside, { service: group, contracts: new MessageRegistry([RunErrand]) });
    parts.addController(new ErrandHandler());
    const publisher = await kafka.publisher();
    const keys = ['slow', ...keysOf(30).map(({ key }) => key)];
    await publisher.publish(
      keys.map((key, index) => ({
        topic: orders.name,
        partition: 0,
        key,
        value: JSON.stringify({ key }),
        headers: {
          ce_id: randomUUID(),
          ce_type: 'errand.run',
          ce_schemaversion: '1',
          ce_source: '/elsewhere',
          ce_sequence: String(index + 1),
        },
      })),
    );
    await publisher.close();
    parts.transport.listen((error) => {
      if (error) throw error;
    });
    await eventually(
      async () =>
        (await kafka.committedOffsets(group, [orders.name]))[0]?.offset === 31n && (await done()).length === 30,
      120_000,
    );
    expect([...outside.underWay].map(({ key }) => key)).toEqual(['slow']);
  }, 180_000);

  it("of a process that was killed are called by another when the lease has run out by the database's clock; those of a living one are not", async () => {
    const inAnHour = { ...systemPorts, clock: { now: () => new Date(systemPorts.clock.now().getTime() + 3_600_000) } };
    const child = spawn(process.execPath, ['--input-type=module', '--eval', hanging], {
      env: { PATH: process.env['PATH'], DATABASE_URL: database.url },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const over = once(child, 'exit');
    await wish({ key: 'orphan', number: 1 });
    await eventually(async () => (await count(`msg_effects where key = 'orphan' and attempts = 1`)) === 1, 60_000);
    child.kill('SIGKILL');
    await over;
    await wish({ key: 'long', number: 1 });
    const outside = new Outside();
    starting(outside);
    await eventually(() => outside.of('long') === 1);
    starting(outside, {}, inAnHour);
    starting(outside, {}, inAnHour);
    const [{ until }] = await dataSource.query<[{ until: string }]>(
      `select lease_until::text as until from msg_effects where key = 'orphan'`,
    );
    await eventually(() => outside.of('orphan') === 1, 120_000);
    expect(await count(`msg_effects where key = 'orphan' and attempts = 2 and clock_timestamp() >= '${until}'`)).toBe(
      1,
    );
    // The long call has been under way for longer than it was leased for at first.
    await eventually(
      () =>
        count(`msg_effects where key = 'long' and scheduled_at + interval '31 seconds' < clock_timestamp()`).then(
          (n) => n === 1,
        ),
      60_000,
    );
    outside.answerAll();
    await eventually(async () => (await done()).length === 2, 60_000);
    expect(outside.made.map(({ key }) => key)).toEqual(['long', 'orphan']);
  }, 300_000);
});
