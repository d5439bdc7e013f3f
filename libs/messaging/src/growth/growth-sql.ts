import type { DataSource } from 'typeorm';
import { GrowthRefused } from './growth-refused.js';

/** The advisory lock of whoever grows a topic of the database. */
const lockKey = 7_283_946_512;

const lock = `select pg_try_advisory_lock($1) as mine`;
const unlock = `select pg_advisory_unlock($1)`;
const size = `select partitions, growing_to as "growingTo" from msg_topics where topic = $1`;
const setWish = `
insert into msg_topics as t (topic, partitions, growing_to) values ($1, $2, $3)
on conflict (topic) do update set growing_to = excluded.growing_to where t.partitions = excluded.partitions`;
const clearWish = `update msg_topics set growing_to = null where topic = $1`;
const note = `insert into msg_operator_actions (action, subject, reason, detail) values ($1, $2, $3, $4)`;

interface Deed {
  readonly topic: string;
  readonly service: string;
  readonly reason: string;
}

/** Two that grow one topic at the same time could each take back what the other has wished. */
export async function aloneOn<T>(dataSource: DataSource, work: () => Promise<T>): Promise<T> {
  const runner = dataSource.createQueryRunner();
  try {
    const [got] = (await runner.query(lock, [lockKey])) as { mine: boolean }[];
    if (!got!.mine)
      throw new GrowthRefused('somebody else is growing a topic of this service: wait until that has ended');
    try {
      return await work();
    } finally {
      await runner.query(unlock, [lockKey]);
    }
  } finally {
    await runner.release();
  }
}

export const sizeIn = async (
  dataSource: DataSource,
  topic: string,
): Promise<{ readonly partitions: number; readonly growingTo: number | null } | undefined> =>
  (await dataSource.query<{ partitions: number; growingTo: number | null }[]>(size, [topic]))[0];

export async function wish(
  dataSource: DataSource,
  { topic, reason, service, inForce, partitions }: Deed & { readonly inForce: number; readonly partitions: number },
): Promise<void> {
  await dataSource.transaction(async (manager) => {
    await manager.query(setWish, [topic, inForce, partitions]);
    await manager.query(note, [
      'grow topic',
      service,
      reason,
      JSON.stringify({ topic, from: inForce, to: partitions }),
    ]);
  });
}

export async function takeBack(dataSource: DataSource, { topic, reason, service }: Deed): Promise<void> {
  await dataSource.transaction(async (manager) => {
    await manager.query(clearWish, [topic]);
    await manager.query(note, ['give up growth', service, reason, JSON.stringify({ topic })]);
  });
}
