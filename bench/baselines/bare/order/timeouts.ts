import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { run, statement } from '../database.js';
import { timeoutName, type SagaState } from './saga.js';

/** Milliseconds between checks, and timeouts of one check. */
const interval = 250;
const batchSize = 500;

const due = statement(
  `select t.id, t.name, s.state from msg_timeouts t join msg_sagas s on s.id = t.saga_id where t.due_at <= now() order by t.due_at limit $1`,
);
const update = statement(`
with passed as (delete from msg_timeouts where id = any($1::text[]))
update msg_timeouts set due_at = now() + timeout_ms * interval '1 millisecond' where id = any($2::text[])`);

/**
 * Deletes timeouts of steps that were answered. Others are postponed: no process fails in a measurement, so the reply will arrive, and an order
 * without it fails the audit. Returns how to stop.
 */
export function watchTimeouts(pool: pg.Pool): () => Promise<void> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const watch = async (): Promise<void> => {
    while (!signal.aborted) {
      const timeouts = await run<{ id: string; name: string; state: SagaState }>(pool, due, [batchSize]);
      const idsWhere = (isWaiting: boolean): string[] =>
        timeouts.filter(({ name, state }) => (name === timeoutName(state)) === isWaiting).map(({ id }) => id);
      if (timeouts.length > 0) await run(pool, update, [idsWhere(false), idsWhere(true)]);
      if (timeouts.length < batchSize) await pause(interval, undefined, { signal }).catch(() => undefined); // aborted
    }
  };
  const watching = watch();
  return () => {
    stopping.abort();
    return watching;
  };
}
