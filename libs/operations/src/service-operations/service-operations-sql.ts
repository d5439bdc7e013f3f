/** All tables except those of the library and of `@tradewind/service`. */
export const selectBusinessTables = `
select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and n.nspname = current_schema() and c.relname not like 'msg\\_%' and c.relname not like 'svc\\_%' order by 1`;
