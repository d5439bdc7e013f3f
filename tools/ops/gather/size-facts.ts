import type { Measurement } from '../audit/bounds.js';
import { memoryOf } from '../watch/instance-memory.js';
import type { Snapshot } from './read-only.js';

/** A running process of a service. */
export interface InstanceAddress {
  readonly name: string;
  readonly service: string;
  readonly url: string;
}

/** Instances of a service where nobody has told how many there are. */
const unknownScale = 6;
/** Milliseconds that an instance has to tell its memory. */
const patience = 5_000;

const sizes = `
select (select count(*) from pg_stat_activity where datname = current_database() and application_name not like 'tradewind-%')::int as connections,
  (select count(*) from msg_outbox)::int as "outbox rows",
  (select count(*) from msg_timers t where t.due_at < now() - interval '1 minute'
    or (t.due_at is null and t.started_by is not null and not exists (select 1 from msg_outbox o where o.id = t.started_by)))::int as "timers overdue",
  (select count(*) from msg_parked)::int as "messages parked",
  (select count(*) from msg_tries)::int as "messages with tries"`;
const deadRows = `select relname as "table", n_dead_tup::float8 as dead, n_live_tup::float8 as live,
  (select count(*) from msg_outbox_archive where occurred_at > now() - interval '2 minutes')::float8 as lately from pg_stat_user_tables`;

/** How large a service's database and its tables are. */
export async function gatherSizes(
  snapshot: Snapshot,
  service: string,
  instances: readonly InstanceAddress[],
): Promise<Measurement[]> {
  const [counted] =
    await snapshot.rows<Record<Exclude<Measurement['what'], 'dead rows' | 'resident MiB'>, number>>(sizes);
  const times = instances.filter((each) => each.service === service).length || unknownScale;
  const tables = await snapshot.rows<{ table: string; dead: number; live: number; lately: number }>(deadRows);
  return [
    ...Object.entries(counted!).map(([what, value]): Measurement => ({
      what: what as Measurement['what'],
      of: service,
      value,
      times,
    })),
    ...tables.map(({ table, dead, live, lately }): Measurement => ({
      what: 'dead rows',
      of: `${service} ${table}`,
      value: dead,
      times: live,
      lately,
    })),
  ];
}

/** The memory of every instance that tells it; the others by name. */
export async function gatherMemory(
  instances: readonly InstanceAddress[],
): Promise<{ measured: Measurement[]; silent: string[] }> {
  const asked = await Promise.all(
    instances.map(async ({ name, url }) => ({ name, mebibytes: await memoryOf(url, patience).catch(() => undefined) })),
  );
  return {
    measured: asked.flatMap(({ name, mebibytes }) =>
      mebibytes === undefined ? [] : [{ what: 'resident MiB' as const, of: name, value: mebibytes }],
    ),
    silent: asked.flatMap(({ name, mebibytes }) => (mebibytes === undefined ? [name] : [])),
  };
}
