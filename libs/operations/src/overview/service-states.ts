import { queryAll, type Databases, type OfService } from '../databases/databases.js';

/** How a service is, by its database. */
export interface ServiceState {
  /** Messages in the outbox, counted up to 10,001. */
  readonly waiting: number;
  /** When the first of them was appended; null for an empty outbox. */
  readonly oldest: Date | null;
  readonly epoch: string;
  /** Since when the leader of the relay is connected; null without a leader. */
  readonly leaderSince: Date | null;
  /** The names of the connections' programs: the ids of the instances. */
  readonly instances: readonly string[];
}

const states = `
select (select count(*)::int from (select 1 from msg_outbox limit 10001) counted) as waiting,
  (select appended_at from msg_outbox order by position limit 1) as oldest,
  (select epoch::text from msg_relay) as epoch,
  (select max(a.backend_start) from pg_locks l join pg_stat_activity a using (pid)
    where l.locktype = 'advisory' and l.granted and l.objid = 'msg_relay'::regclass::oid and a.datname = current_database()) as "leaderSince",
  array(select distinct application_name from pg_stat_activity where datname = current_database() and backend_type = 'client backend'
    and application_name not in ('', 'relay', 'start check', 'psql') and application_name not like 'tradewind-%' order by 1) as instances`;

export const serviceStates = (databases: Databases): Promise<OfService<ServiceState>[]> =>
  queryAll<ServiceState>(databases, states);
