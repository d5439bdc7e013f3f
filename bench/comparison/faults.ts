import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, query } from '../environment/databases.js';
import type { Case } from './case.js';
import type { ContenderName } from './contenders/contender.js';
import { partner, type TransferRequest } from './job.js';
import type { Servers } from './servers.js';
import type { TopicRecord } from './topics.js';

/** One fault, done to all contenders at the same time. */
export interface Fault {
  readonly title: string;
  /** Resolves when the fault is over and nothing more is requested. */
  readonly run: (cases: readonly Case[], servers: Servers) => Promise<unknown>;
  /** Contenders in which it cannot happen. */
  readonly notFor?: readonly ContenderName[];
}

const perSecond = 40;

/** Does the same to each contender, concurrently. */
const each = (work: (one: Case) => Promise<unknown>) => (cases: readonly Case[]) => Promise.all(cases.map(work));

/** Transfers at a steady rate while something happens, and two seconds more. */
async function loaded(cases: readonly Case[], during: Promise<unknown>): Promise<unknown> {
  return Promise.all([during, ...cases.map((one) => one.load({ seconds: 2, perSecond, during }))]);
}

/** Something happens to each contender. */
const underLoad = (work: (one: Case) => Promise<unknown>) => each((one) => loaded([one], work(one)));

/** Something happens to the servers. */
const whileServers =
  (work: (servers: Servers) => Promise<unknown>): Fault['run'] =>
  (cases, servers) =>
    loaded(cases, work(servers));

/** Does something some times, after pauses between one and two seconds. */
async function repeatedly(times: number, work: (index: number) => unknown): Promise<void> {
  for (let index = 0; index < times; index++) {
    await pause(1_000 + Math.random() * 1_000);
    await work(index);
  }
}

/** One transfer that misbehaves in the handler, between others of the same account; then transfers of all accounts. */
const oneThat = (behaviour: () => string, prepare?: (one: Case, account: string) => Promise<() => Promise<void>>) =>
  each(async (one) => {
    const account = 'account-00';
    await one.load({ seconds: 1, perSecond });
    await one.transfer({ account });
    const finish = await prepare?.(one, account);
    await one.transfer({ account, behaviour: behaviour() });
    for (let index = 0; index < 5; index++) await one.transfer({ account });
    await finish?.();
    await one.load({ seconds: 3, perSecond });
  });

/** A record that no contender wrote, between transfers. */
const foreignRecord = (record: Pick<TopicRecord, 'value'> & { readonly key: string | null }) =>
  each(async (one) => {
    await one.load({ seconds: 1, perSecond });
    await one.topics.send(one.place.transfers, [{ ...record, headers: {} }]);
    await one.load({ seconds: 3, perSecond });
  });

const transfersOf = async ({ place, topics }: Case): Promise<TopicRecord[]> =>
  (await topics.read([place.transfers])).toSorted((one, other) => one.offset - other.offset);

/** Waits until the contender has handled what was requested so far, 30 s at most. */
async function untilDone(one: Case): Promise<void> {
  for (let tries = 0; tries < 60 && !(await one.progress()).isComplete; tries++) await pause(500);
}

/** Locks the account `partner` in a transaction, and then that of the transfer whose handler waits for it: the database ends the handler. */
async function deadlock({ place }: Case, account: string): Promise<() => Promise<void>> {
  await query(place.consumerUrl, 'insert into balances values ($1, 0, 0)', [partner]);
  const other = await connect(place.consumerUrl);
  await other.query(`set deadlock_timeout = '60s'`);
  await other.query('begin');
  await other.query('select 1 from balances where account = $1 for update', [partner]);
  return async () => {
    const isWaiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    for (let tries = 0; tries < 200 && (await other.query(isWaiting)).rowCount === 0; tries++) await pause(50);
    await other.query('select 1 from balances where account = $1 for update', [account]);
    await other.query('rollback');
    await other.end();
  };
}

/** A record as the contender writes it, for another transfer of another account, with a header whose value is null. */
async function withNullHeader(one: Case): Promise<unknown> {
  await one.transfer({ account: 'account-00' });
  await untilDone(one);
  const [record] = await transfersOf(one);
  const { transferId } = JSON.parse(String(record!.value)) as TransferRequest;
  const [another, account] = [randomUUID(), 'account-99'];
  const changed = (text: unknown): string =>
    String(text).replaceAll(transferId, another).replaceAll('account-00', account);
  const headers = Object.entries(record!.headers).map(([name, value]) => {
    const isId = /^[0-9a-f-]{36}$/.test(String(value));
    return [name, isId ? randomUUID() : changed(value)] as const;
  });
  await query(one.place.producerUrl, 'insert into transfers values ($1, $2, 1, 1)', [another, account]);
  await one.topics.send(one.place.transfers, [
    {
      key: account,
      value: changed(record!.value),
      headers: { ...Object.fromEntries(headers), 'x-empty': null as never },
    },
  ]);
  return one.load({ seconds: 3, perSecond });
}

const seconds = (count: number): number => count * 1_000;

export const faults = {
  none: { title: 'no fault', run: underLoad(() => pause(seconds(2))) },
  'producer-killed': {
    title: 'SIGKILL for the producer and its relay, 4 times under load',
    run: each((one) =>
      Promise.all([
        loaded([one], pause(seconds(12))),
        repeatedly(4, async () => {
          await one.producer.ready();
          await one.killProducer();
        }),
      ]),
    ),
  },
  'consumer-killed': {
    title: 'SIGKILL for the consumer, 3 times under load',
    run: underLoad((one) =>
      repeatedly(3, async () => {
        await one.consumer.ready();
        one.consumer.kill();
      }),
    ),
  },
  'consumer-stopped': {
    title: 'SIGTERM for the consumer, 3 times under load',
    run: underLoad((one) =>
      repeatedly(3, async () => {
        await one.consumer.ready();
        await one.consumer.stop('restart');
      }),
    ),
  },
  rebalance: {
    title: 'a second consumer joins and leaves, twice under load',
    run: underLoad(async (one) => {
      const second = await one.addConsumer();
      await pause(seconds(3));
      await second.stop('stay');
      await pause(seconds(1));
      second.start();
      await second.ready();
      await pause(seconds(3));
      await second.stop('stay');
    }),
  },
  'kafka-stopped': {
    title: 'Kafka stopped for 20 s under load',
    run: whileServers(async (servers) => {
      await pause(seconds(3));
      await servers.stopKafka('gracefully');
      await pause(seconds(20));
      await servers.startKafka();
    }),
  },
  'kafka-killed': {
    title: 'SIGKILL for Kafka, twice under load',
    run: whileServers((servers) =>
      repeatedly(2, async () => {
        await servers.stopKafka('kill');
        await servers.startKafka();
        await pause(seconds(4));
      }),
    ),
  },
  'postgres-killed': {
    title: 'SIGKILL for PostgreSQL, twice under load',
    run: whileServers((servers) =>
      repeatedly(2, async () => {
        await servers.killPostgres();
        await servers.startPostgres();
        await pause(seconds(3));
      }),
    ),
  },
  'rolled-back': {
    title: '40 transactions that publish and are rolled back, between 40 others',
    run: each(async (one) => {
      for (let index = 0; index < 80; index++) await one.transfer({ rollback: index % 2 === 0 });
    }),
  },
  'late-commit': {
    title: 'transactions that write an event early and commit it 2 s later, while others commit',
    run: each((one) =>
      Promise.all([
        one.load({ seconds: 4, perSecond }),
        ...Array.from({ length: 5 }, (_, index) => one.transfer({ account: `late-${index}`, afterMs: seconds(2) })),
      ]),
    ),
  },
  'early-begin': {
    title: 'transactions that begin first and write last: two of one account, 20 times',
    run: each(async (one) => {
      for (let index = 0; index < 20; index++) {
        const account = `early-${index % 5}`;
        const slow = one.transfer({ account, beforeMs: 60 });
        await Promise.all([slow, pause(30).then(() => one.transfer({ account, afterMs: 60 }))]);
      }
    }),
  },
  'too-large': {
    title: 'an event of 2 MB, which the broker refuses',
    run: each(async (one) => {
      await one.load({ seconds: 1, perSecond });
      await one.transfer({ account: 'account-00', note: 'x'.repeat(2_000_000) });
      await one.load({ seconds: 3, perSecond });
    }),
  },
  poison: { title: 'an event whose handler always throws', run: oneThat(() => 'throw') },
  unique: { title: 'an event whose handler violates a unique constraint', run: oneThat(() => 'unique') },
  outage: {
    title: 'what a handler needs is unavailable for 20 s',
    run: oneThat(() => `until:${Date.now() + seconds(20)}`),
  },
  deadlock: { title: 'the handler is the victim of a deadlock', run: oneThat(() => 'deadlock', deadlock) },
  slow: { title: 'a handler that takes 10 s', run: oneThat(() => 'slow:10000'), notFor: ['decision'] },
  'very-slow': { title: 'a handler that takes 40 s', run: oneThat(() => 'slow:40000'), notFor: ['decision'] },
  repeated: {
    title: 'every record once more, with the same id',
    run: each(async (one) => {
      await one.load({ seconds: 3, perSecond });
      await untilDone(one);
      const records = await transfersOf(one);
      await one.topics.send(
        one.place.transfers,
        records.map(({ key, value, headers, partition }) => ({ key, value, partition, headers: headers as never })),
      );
    }),
  },
  'offsets-reset': {
    title: 'the offsets of the group are set to the beginning',
    run: each(async (one) => {
      await one.load({ seconds: 3, perSecond });
      await untilDone(one);
      await one.consumer.stop('stay');
      const groupId = one.contender.groupOf(one.place);
      await one.topics.withAdmin((admin) =>
        admin.resetOffsets({ groupId, topic: one.place.transfers, earliest: true }),
      );
      one.consumer.start();
      await one.consumer.ready();
      await one.load({ seconds: 3, perSecond });
    }),
  },
  'more-partitions': {
    title: 'the topic gets 6 partitions in place of 3 with the tool of Kafka, under load',
    run: underLoad(async (one) => {
      await pause(seconds(3));
      const topicPartitions = [{ topic: one.place.transfers, count: 6 }];
      await one.topics.withAdmin((admin) => admin.createPartitions({ topicPartitions }));
      await pause(seconds(3));
    }),
  },
  'not-json': {
    title: 'a record that is not JSON',
    run: foreignRecord({ key: 'account-00', value: Buffer.from('{"transferId": oops') }),
  },
  'null-value': { title: 'a record without a value', run: foreignRecord({ key: 'account-00', value: null }) },
  'null-header': { title: 'a record with a header whose value is null', run: each(withNullHeader) },
} as const satisfies Readonly<Record<string, Fault>>;

export type FaultName = keyof typeof faults;
export const faultNames = Object.keys(faults) as FaultName[];
