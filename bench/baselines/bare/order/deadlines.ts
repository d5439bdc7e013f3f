import type pg from 'pg';
import { run, statement } from '../database.js';
import { deadlineName, type SagaState } from './saga.js';

/** Milliseconds between looks, and deadlines a look. */
const interval = 250;
const most = 500;

const take = statement('deadlines', `
with due as (delete from msg_timers where id in (select id from msg_timers where due_at <= now() order by due_at limit $1) returning saga_id, name)
select due.name, s.state from due join msg_sagas s on s.id = due.saga_id`);

/** Clears away deadlines that have passed. One that somebody still waited behind ends the process: in a measurement nothing is so late. */
export function watchDeadlines(pool: pg.Pool): () => Promise<void> {
  let over = false;
  const work = async (): Promise<void> => {
    while (!over) {
      const due = await run<{ name: string; state: SagaState }>(pool, take, [most]);
      const missed = due.find(({ name, state }) => name === deadlineName(state));
      if (missed) throw new Error(`${missed.state.id} was not answered in time: ${missed.name}`);
      if (due.length < most) await new Promise((resolve) => setTimeout(resolve, interval));
    }
  };
  const working = work();
  return () => {
    over = true;
    return working;
  };
}
