import type { Measurement } from '../invariants/bounds.js';
import { memoryOf } from './instance-memory.js';
import type { Snapshot } from './snapshot.js';

/** A running process of a service. */
export interface InstanceAddress {
  readonly name: string;
  readonly service: string;
  /** Of `/metrics`. */
  readonly operationsUrl: string;
}

/** The assumed number of instances of a service if their addresses are not given. */
const assumedInstances = 6;
const answerTimeoutMs = 5_000;

const sizes = `
select (select count(*) from pg_stat_activity where datname = current_database() and application_name not like 'tradewind-%')::int as connections,
  (select count(*) from msg_outbox)::int as "outbox rows",
  (select count(*) from msg_timeouts t where t.due_at < now() - interval '1 minute'
    or (t.due_at is null and t.started_by is not null and not exists (select 1 from msg_outbox o where o.id = t.started_by)))::int as "timeouts overdue",
  (select count(*) from msg_dead_letters)::int as "dead letters",
  (select count(*) from msg_attempts)::int as "messages with attempts"`;
const deadRows = `select relname as "table", n_dead_tup::float8 as dead, n_live_tup::float8 as live,
  (select count(*) from msg_outbox_archive where occurred_at > now() - interval '2 minutes')::float8 as "recentMessages" from pg_stat_user_tables`;

/** The sizes of a service's database and its tables. */
export async function gatherSizes(
  snapshot: Snapshot,
  service: string,
  instances: readonly InstanceAddress[],
): Promise<Measurement[]> {
  const [counted] =
    await snapshot.rows<Record<Exclude<Measurement['what'], 'dead rows' | 'resident MiB'>, number>>(sizes);
  const times = instances.filter((instance) => instance.service === service).length || assumedInstances;
  const tables = await snapshot.rows<{ table: string; dead: number; live: number; recentMessages: number }>(deadRows);
  return [
    ...Object.entries(counted!).map(([what, value]): Measurement => ({
      what: what as Measurement['what'],
      of: service,
      value,
      times,
    })),
    ...tables.map(({ table, dead, live, recentMessages }): Measurement => ({
      what: 'dead rows',
      of: `${service} ${table}`,
      value: dead,
      times: live,
      recentMessages,
    })),
  ];
}

/** The memory of every instance that answers, and the names of the others. */
export async function gatherMemory(
  instances: readonly InstanceAddress[],
): Promise<{ measured: Measurement[]; silent: string[] }> {
  const answers = await Promise.all(
    instances.map(async ({ name, operationsUrl }) => ({
      name,
      mebibytes: await memoryOf(operationsUrl, answerTimeoutMs).catch(() => undefined),
    })),
  );
  return {
    measured: answers.flatMap(({ name, mebibytes }) =>
      mebibytes === undefined ? [] : [{ what: 'resident MiB' as const, of: name, value: mebibytes }],
    ),
    silent: answers.flatMap(({ name, mebibytes }) => (mebibytes === undefined ? [name] : [])),
  };
}
