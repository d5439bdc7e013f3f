import type { MigrationInterface, QueryRunner } from 'typeorm';

const claim = (ofThoseDue: string): string => `
create or replace function msg_claim_effects(names text[], at_most int, lease_milliseconds int, token uuid)
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
    where ${ofThoseDue} and e.due_at <= now() and e.name = any(names) and (e.lease_until < now() or e.lease_until is null
      and not exists (select 1 from msg_effects held where held.key = e.key and held.lease_until is not null)
      and not exists (select 1 from msg_effects before where before.key = e.key and before.done_at is null and before.place < e.place))
    order by e.due_at limit at_most for update skip locked)
  update msg_effects e set lease_until = now() + lease_milliseconds * interval '1 millisecond', lease_token = token,
    lease_holder = current_setting('application_name'), tries = e.tries + 1
  from ready where e.id = ready.id
  returning e.id, e.name, e.key, e.payload, e.cause, e.correlation, e.tries;
end $$;
`;

const open = (which: string): string =>
  `drop index msg_effects_open; create index msg_effects_open on msg_effects (due_at) where ${which};`;

/**
 * The index of what is due holds all open effects, as the one by key does; where few are open when the plan is made, they cost the
 * same, and PostgreSQL went through all that wait to find what comes before one in its key. That each effect is due at some time
 * is now part of the condition of the first index, and only those who look for what is due say so.
 */
export class Messaging1700000000009 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const due = "done_at is null and due_at > '-infinity'";
    await runner.query(open(due) + claim("e.done_at is null and e.due_at > '-infinity'"));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(open('done_at is null') + claim('e.done_at is null'));
  }
}
