import type { StoreReadings } from '../../ports/readings.js';
import type { Sql } from './sql.js';

const deadLetters = `
select d.consumer, coalesce(b.cause, 'unknown') as cause, count(*)::int as count
from msg_dead_letters d left join msg_blocked_keys b using (consumer, ordering_key) group by 1, 2
union all
select 'effects', name, count(*)::int from msg_effects where dead_lettered_at is not null and done_at is null group by name
order by count desc`;
const openSagas = `
select saga, coalesce(state->>'step', '') as step, count(*)::int as count from msg_sagas where status in ('running', 'compensating') group by 1, 2`;
const overdueTimeouts = `
select split_part(saga_id, ':', 1) as saga, extract(epoch from now() - min(due_at))::float8 as seconds from msg_timeouts where due_at <= now() group by 1`;

export class PostgresReadings implements StoreReadings {
  constructor(private readonly sql: Sql) {}

  deadLetters(): ReturnType<StoreReadings['deadLetters']> {
    return this.sql(deadLetters);
  }

  openSagas(): ReturnType<StoreReadings['openSagas']> {
    return this.sql(openSagas);
  }

  overdueTimeouts(): ReturnType<StoreReadings['overdueTimeouts']> {
    return this.sql(overdueTimeouts);
  }
}
