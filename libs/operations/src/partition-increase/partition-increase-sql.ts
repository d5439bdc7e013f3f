import type { DataSource } from 'typeorm';
import { recordAction } from '../operator-actions.js';
import { PartitionIncreaseRejected } from './partition-increase-rejected.js';

/** With the id of the table, an advisory lock: one partition increase of a service at a time. */
const lockKey = 1_695_936;
const lock = `($1::bigint << 32) | 'msg_topics'::regclass::oid::bigint`;

const tryLock = `select pg_try_advisory_lock(${lock}) as locked`;
const unlock = `select pg_advisory_unlock(${lock})`;
const selectCount = `select partitions, increasing_to as "increasingTo" from msg_topics where topic = $1`;
const requestIncrease = `
insert into msg_topics as t (topic, partitions, increasing_to) values ($1, $2, $3)
on conflict (topic) do update set increasing_to = excluded.increasing_to where t.partitions = excluded.partitions`;
const clearRequest = `update msg_topics set increasing_to = null where topic = $1`;

interface Action {
  readonly topic: string;
  readonly service: string;
  readonly reason: string;
}

interface Count {
  readonly partitions: number;
  readonly increasingTo: number | null;
}

/** Runs the work under the lock: two operators could each undo the request of the other. */
export async function withLock<T>(dataSource: DataSource, work: () => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    const [row] = (await runner.query(tryLock, [lockKey])) as { locked: boolean }[];
    if (!row?.locked)
      throw new PartitionIncreaseRejected(
        'another partition increase of this service is running: wait until it has finished',
      );
    try {
      return await work();
    } finally {
      await runner.query(unlock, [lockKey]);
    }
  } finally {
    await runner.release();
  }
}

export const partitionCountIn = async (dataSource: DataSource, topic: string): Promise<Count | undefined> =>
  (await dataSource.query<Count[]>(selectCount, [topic]))[0];

export async function saveRequest(
  dataSource: DataSource,
  { topic, reason, service, inForce, partitions }: Action & { readonly inForce: number; readonly partitions: number },
): Promise<void> {
  await dataSource.transaction(async (manager) => {
    await manager.query(requestIncrease, [topic, inForce, partitions]);
    const detail = { topic, from: inForce, to: partitions };
    await recordAction(manager, { action: 'increase partitions', subject: service, reason, detail });
  });
}

export async function deleteRequest(dataSource: DataSource, { topic, reason, service }: Action): Promise<void> {
  await dataSource.transaction(async (manager) => {
    await manager.query(clearRequest, [topic]);
    await recordAction(manager, { action: 'cancel partition increase', subject: service, reason, detail: { topic } });
  });
}
