import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { run, statement } from '../database.js';
import { deadlineName, type SagaState } from './saga.js';

/** Milliseconds between looks, and deadlines a look. */
const interval = 250;
const most = 500;

const due = statement(
  'due',
  `select t.id, t.name, s.state from msg_timers t join msg_sagas s on s.id = t.saga_id where t.due_at <= now() order by t.due_at limit $1`,
);
const pass = statement(
  'pass',
  `
with over as (delete from msg_timers where id = any($1::text[]))
update msg_timers set due_at = now() + milliseconds * interval '1 millisecond' where id = any($2::text[])`,
);

/**
 * Clears away deadlines that have passed. One that somebody still waits behind is put off: nothing dies in a measurement, so the answer is on
 * its way, and an order that never gets it fails the audit.
 */
export function watchDeadlines(pool: pg.Pool): () => Promise<void> {
  const over = new AbortController();
  const work = async (): Promise<void> => {
    while (!over.signal.aborted) {
      const timers = await run<{ id: string; name: string; state: SagaState }>(pool, due, [most]);
      const [waiting, gone] = [
        timers.filter(({ name, state }) => name === deadlineName(state)),
        timers.filter(({ name, state }) => name !== deadlineName(state)),
      ];
      if (timers.length > 0) await run(pool, pass, [gone.map(({ id }) => id), waiting.map(({ id }) => id)]);
      if (timers.length < most) await pause(interval, undefined, { signal: over.signal }).catch(() => undefined); // cut short by the end
    }
  };
  const working = work();
  return () => {
    over.abort();
    return working;
  };
}
