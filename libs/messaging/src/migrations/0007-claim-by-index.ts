import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What is leased goes before all others of its key, whatever was committed after it with an earlier place. The settings go with
 * the function: the oldest are looked at in the order of an index until enough are found, however many wait behind them, and
 * whatever the statistics were when the plan was made. A lease is not waited for on disk: one that a server forgets when it falls
 * leaves its effect first of its key as before, to be called again with the same key, and settled by one of the two.
 */
const up = `
create function msg_claim_effects(names text[], at_most int, lease_milliseconds int, token uuid)
returns table (id uuid, name text, key text, payload jsonb, cause uuid, correlation text, tries int)
language plpgsql
set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
begin
  perform set_config('synchronous_commit', 'off', true);
  return query
  with ready as (
    select e.id from msg_effects e
    where e.done_at is null and e.due_at <= now() and e.name = any(names) and (e.lease_until < now() or e.lease_until is null
      and not exists (select 1 from msg_effects held where held.key = e.key and held.lease_until is not null)
      and not exists (select 1 from msg_effects before where before.key = e.key and before.done_at is null and before.place < e.place))
    order by e.due_at limit at_most for update skip locked)
  update msg_effects e set lease_until = now() + lease_milliseconds * interval '1 millisecond', lease_token = token,
    lease_holder = current_setting('application_name'), tries = e.tries + 1
  from ready where e.id = ready.id
  returning e.id, e.name, e.key, e.payload, e.cause, e.correlation, e.tries;
end $$;
`;

/** The claim of effects as a function: its cost hangs on what it finds, not on what waits. */
export class Messaging1700000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function msg_claim_effects');
  }
}
