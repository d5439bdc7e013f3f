/**
 * JSON of everything that the hash of an action covers, of a row of `msg_operator_actions` with this name. jsonb has one text for one value; a time is written
 * by hand, because its text depends on the session.
 */
export const actionContent = (row: string): string =>
  `jsonb_build_object('id', ${row}.id, 'at', to_char(${row}.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'actor', ${row}.actor, 'address', ${row}.address, 'action', ${row}.action, 'subject', ${row}.subject, 'reason', ${row}.reason, 'detail', ${row}.detail, 'previous', ${row}.previous)::text`;

/**
 * Numbers actions 1, 2, 3 … and chains each to the one before, also one that is inserted by hand. The lock, until the commit, is taken by actions only. In a database with
 * several schemas they share it. It reads as its owner: a role that may only insert can insert.
 */
export const chainActions = `
create function msg_chain_action() returns trigger language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform pg_advisory_xact_lock(hashtext('tradewind actions'), 0);
  execute format('select id, hash from %I.msg_operator_actions order by id desc limit 1', tg_table_schema) into new.id, new.previous;
  new.id := coalesce(new.id, 0) + 1;
  new.previous := coalesce(new.previous, '');
  new.hash := encode(sha256(convert_to(${actionContent('new')}, 'UTF8')), 'hex');
  return new;
end $$;
create trigger msg_chain_action before insert on msg_operator_actions for each row execute function msg_chain_action();
`;
