import 'reflect-metadata';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '@tradewind/testing';
import { IsString } from 'class-validator';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../../tools/platform/postgres/fresh-database.js';
import { MessageRegistry } from '../message.js';
import {
  Handles,
  kafkaClient,
  Message,
  messagingMigrations,
  schedule,
  topic,
  type Decision,
  type KafkaClient,
} from '../index.js';
import { PostgresStore, systemPorts, type MessagingRuntime } from '../internals.js';
import {
  aProcess,
  ExternalService,
  saveSettled,
  settledCallsDdl,
  type Payload,
} from './external-service.fixture.spec.js';

const run = randomUUID().slice(0, 8);
const requests = topic(`calls-${run}.commands`, { owner: 'elsewhere', partitions: 1 });

@Message({ type: 'call.request', topic: requests, key: 'key' })
class RequestCall {
  @IsString() readonly key!: string;
}

class RequestHandler {
  @Handles(RequestCall, { load: {} })
  schedule({ key }: RequestCall): Decision {
    return schedule('call', key, { key, number: 1 });
  }
}

/** A process whose call never returns. */
const hangingProgram = `
  import 'reflect-metadata';
  import { kafkaClient } from '@tradewind/messaging';
  import { MessagingRuntime, PostgresStore, systemPorts } from '@tradewind/messaging/internals';
  import { MessageRegistry } from '@tradewind/messaging/message';
  import { DataSource } from 'typeorm';
  const dataSource = await new DataSource({ type: 'postgres', url: process.env.DATABASE_URL }).initialize();
  const environment = { store: new PostgresStore(dataSource), kafka: kafkaClient({ brokers: ['127.0.0.1:1'], clientId: 'none' }), ports: systemPorts, log: () => undefined, onFatal: () => undefined };
  const effect = { name: 'call', run: () => new Promise(() => undefined), settle: () => undefined };
  new MessagingRuntime({ service: 'caller', contracts: new MessageRegistry([]), lockOrder: [] }, environment, () => [effect]).effects.start();`;

describe('scheduled effects', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  let kafka: KafkaClient;
  const brokers = process.env['TEST_KAFKA_BROKERS']!.split(',');
  const running: { readonly external: ExternalService; readonly runtime: MessagingRuntime }[] = [];

  /** Starts a process that runs effects. */
  const startProcess = (
    external: ExternalService,
    ...rest: Parameters<typeof aProcess> extends [unknown, unknown, unknown, ...infer R] ? R : never
  ): MessagingRuntime => {
    const runtime = aProcess(dataSource, kafka, external.effect(), ...rest);
    running.push({ external, runtime });
    runtime.effects.start();
    return runtime;
  };
  const scheduleEffects = (...payloads: readonly Payload[]): Promise<void> =>
    new PostgresStore(dataSource).transaction((transaction) =>
      transaction.scheduleEffects(
        payloads.map((payload) => ({
          id: randomUUID(),
          name: 'call',
          key: payload.key,
          payload,
          cause: randomUUID(),
          correlation: payload.key,
        })),
      ),
    );
  const settled = (): Promise<Payload[]> => dataSource.query('select key, number from settled_calls order by position');
  const count = async (from: string): Promise<number> =>
    (await dataSource.query<{ n: number }[]>(`select count(*)::int as n from ${from}`))[0]!.n;
  const ofOneKey = (key: string, count: number): Payload[] =>
    Array.from({ length: count }, (_, index) => ({ key, number: index + 1 }));
  const ofKeys = (count: number): Payload[] =>
    Array.from({ length: count }, (_, index) => ({ key: `key ${index + 1}`, number: 1 }));

  beforeAll(async () => {
    kafka = kafkaClient({ brokers, clientId: 'test' });
    await kafka.provision([requests]);
    database = await freshDatabase();
    dataSource = await new DataSource({
      type: 'postgres',
      url: database.url,
      migrations: messagingMigrations,
    }).initialize();
    await dataSource.runMigrations();
    await dataSource.query(settledCallsDdl);
  }, 60_000);
  afterEach(async () => {
    for (const { external, runtime } of running.splice(0)) {
      external.answerAll();
      await runtime.stopConsuming();
      await runtime.stop();
    }
    await dataSource.query('truncate msg_effects, settled_calls');
  });
  afterAll(async () => {
    await kafka?.close();
    await dataSource?.destroy();
    await database?.drop();
  });

  it('run one at a time per key, in the order scheduled, and many keys at once, in any number of processes', async () => {
    const external = new ExternalService();
    await scheduleEffects(
      ...[...Array(6).keys()].flatMap((round) =>
        ['ann', 'bob', 'cid', 'dan', 'eve'].map((key) => ({ key, number: round + 1 })),
      ),
    );
    startProcess(external);
    startProcess(external);
    for (let round = 1; round <= 6; round++) {
      await eventually(() => external.calls.length === 5 * round && external.running.size === 5, 60_000);
      for (const call of [...external.running]) call.answer();
    }
    await eventually(async () => (await settled()).length === 30, 60_000);
    expect([external.maxRunning, external.maxRunningOfKey]).toEqual([5, 1]);
    for (const key of ['ann', 'bob', 'cid', 'dan', 'eve']) {
      expect(external.calls.filter((call) => call.key === key).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
      expect((await settled()).filter((call) => call.key === key).map(({ number }) => number)).toEqual([
        1, 2, 3, 4, 5, 6,
      ]);
    }
  }, 120_000);

  it('run at most effectConcurrency at once in a process', async () => {
    const external = new ExternalService();
    await scheduleEffects(...ofKeys(20));
    startProcess(external, { effectConcurrency: 3 });
    while ((await settled()).length < 20) {
      const before = external.calls.length;
      const expected = Math.min(3, 20 - (before - external.running.size));
      await eventually(() => external.running.size >= expected, 60_000);
      [...external.running][0]?.answer();
      await eventually(
        async () => external.calls.length > before || (await settled()).length === 20 || external.calls.length === 20,
        60_000,
      );
    }
    expect(external.maxRunning).toBe(3);
  }, 120_000);

  it('of one key use one of the concurrent calls, even a thousand of them', async () => {
    const external = new ExternalService(({ key }) => key !== 'crowd');
    await scheduleEffects(...ofOneKey('crowd', 1_000));
    startProcess(external, { effectConcurrency: 2 });
    await eventually(() => external.runningOf('crowd') === 1, 60_000);
    await scheduleEffects(...ofKeys(50));
    await eventually(async () => (await settled()).length === 50, 60_000);
    expect([external.runningOf('crowd'), external.maxRunningOfKey]).toEqual([1, 1]);
    expect(await count(`msg_effects where key = 'crowd' and attempts = 0`)).toBe(999);
  }, 120_000);

  it('that return together are settled together, and a failed one affects no other', async () => {
    const external = new ExternalService();
    let failures = 0;
    const settle = (payload: Payload, newId: () => string): Decision => {
      if (payload.key === 'key 7' && ++failures <= 2) throw new Error('a bug');
      return saveSettled(payload, newId);
    };
    const runtime = aProcess(dataSource, kafka, external.effect(settle));
    const transactions: number[] = [];
    runtime.runner.onCommitted(({ changes }) => void transactions.push(changes.length));
    running.push({ external, runtime });
    await scheduleEffects(...ofKeys(10));
    runtime.effects.start();
    await eventually(() => external.running.size === 10, 60_000);
    for (const call of [...external.running]) call.answer();
    await eventually(() => external.runningOf('key 7') === 1 && external.calls.length === 11, 60_000);
    expect(transactions).toEqual([9]);
    expect((await settled()).map(({ key }) => key).sort()).toEqual(
      ofKeys(10)
        .map(({ key }) => key)
        .filter((key) => key !== 'key 7')
        .sort(),
    );
    external.answerAll();
    await eventually(async () => (await settled()).length === 10, 60_000);
  }, 120_000);

  it('stop at twice effectConcurrency while results cannot be settled', async () => {
    const external = new ExternalService(() => true);
    const other = dataSource.createQueryRunner();
    await other.startTransaction();
    await other.query('lock table settled_calls in access exclusive mode');
    await scheduleEffects(...ofKeys(20));
    const runtime = startProcess(external, { effectConcurrency: 2 });
    let transientFailures = 0;
    runtime.runner.onTransient(() => transientFailures++);
    await eventually(() => transientFailures > 0, 60_000);
    expect(external.calls).toHaveLength(4);
    await other.rollbackTransaction();
    await other.release();
    await eventually(async () => (await settled()).length === 20, 60_000);
    expect(external.calls).toHaveLength(20);
  }, 120_000);

  it('each get a signal, which aborts when the process stops', async () => {
    const signals: AbortSignal[] = [];
    const runtime = aProcess(dataSource, kafka, {
      ...new ExternalService().effect(),
      run: (_: Payload, { signal }) =>
        new Promise((_answered, reject) => {
          signals.push(signal);
          signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
        }),
    });
    runtime.effects.start();
    await scheduleEffects(...ofKeys(2));
    await eventually(() => signals.length === 2);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
    expect(signals[0]).not.toBe(signals[1]);
    await runtime.effects.stop();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  it('that are slow delay neither the committed offset nor other keys', async () => {
    const external = new ExternalService(({ key }) => key !== 'slow');
    const group = `caller-${run}`;
    const runtime = startProcess(external, { service: group, contracts: new MessageRegistry([RequestCall]) });
    runtime.addController(new RequestHandler());
    const publisher = await kafka.publisher();
    const keys = ['slow', ...ofKeys(30).map(({ key }) => key)];
    await publisher.publish(
      keys.map((key, index) => ({
        topic: requests.name,
        partition: 0,
        key,
        value: JSON.stringify({ key }),
        headers: {
          ce_id: randomUUID(),
          ce_type: 'call.request',
          ce_schemaversion: '1',
          ce_source: '/elsewhere',
          ce_sequence: String(index + 1),
        },
      })),
    );
    await publisher.close();
    runtime.transport.listen((error) => {
      if (error) throw error;
    });
    await eventually(
      async () =>
        (await kafka.committedOffsets(group, [requests.name]))[0]?.offset === 31n && (await settled()).length === 30,
      120_000,
    );
    expect([...external.running].map(({ key }) => key)).toEqual(['slow']);
  }, 180_000);

  it("of a killed process run in another one when their lease has expired by the database's clock; those of a running process do not", async () => {
    const oneHourAhead = {
      ...systemPorts,
      clock: { now: () => new Date(systemPorts.clock.now().getTime() + 3_600_000) },
    };
    const child = spawn(process.execPath, ['--input-type=module', '--eval', hangingProgram], {
      env: { PATH: process.env['PATH'], DATABASE_URL: database.url },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const exited = once(child, 'exit');
    await scheduleEffects({ key: 'orphan', number: 1 });
    await eventually(async () => (await count(`msg_effects where key = 'orphan' and attempts = 1`)) === 1, 60_000);
    child.kill('SIGKILL');
    await exited;
    await scheduleEffects({ key: 'long', number: 1 });
    const external = new ExternalService();
    startProcess(external);
    await eventually(() => external.runningOf('long') === 1);
    startProcess(external, {}, oneHourAhead);
    startProcess(external, {}, oneHourAhead);
    const [{ until }] = await dataSource.query<[{ until: string }]>(
      `select lease_until::text as until from msg_effects where key = 'orphan'`,
    );
    await eventually(() => external.runningOf('orphan') === 1, 120_000);
    expect(await count(`msg_effects where key = 'orphan' and attempts = 2 and clock_timestamp() >= '${until}'`)).toBe(
      1,
    );
    // The long call runs longer than its first lease.
    await eventually(
      () =>
        count(`msg_effects where key = 'long' and scheduled_at + interval '31 seconds' < clock_timestamp()`).then(
          (n) => n === 1,
        ),
      60_000,
    );
    external.answerAll();
    await eventually(async () => (await settled()).length === 2, 60_000);
    expect(external.calls.map(({ key }) => key)).toEqual(['long', 'orphan']);
  }, 300_000);
});
