import { randomUUID } from 'node:crypto';
import { ask, CannotDo, change, record, type Databases, type Row } from './databases.js';

export type SagaAction = 'retry' | 'push' | 'skip';

export interface Saga {
  readonly id: string;
  readonly saga: string;
  readonly version: number;
  readonly subject: string;
  readonly status: 'running' | 'undoing' | 'completed' | 'failed';
  readonly alarmed: boolean;
  readonly step: string | null;
  readonly attempt: number;
  readonly done: readonly string[];
  readonly toUndo: readonly string[];
  readonly startedAt: Date;
  readonly updatedAt: Date;
  /** When its present deadline is; null while its command waits to be published, or when there is none. */
  readonly dueAt: Date | null;
  /** It has passed its point of no return. */
  readonly committed: boolean;
}

const sagas = (condition: string): string => `
select s.id, s.saga, s.version, s.subject, s.status, s.alarmed, s.state->>'step' as step, (s.state->>'attempt')::int as attempt,
  s.state->'done' as done, s.state->'toUndo' as "toUndo", s.started_at as "startedAt", s.updated_at as "updatedAt",
  (select min(t.due_at) from msg_timers t where t.saga_id = s.id and t.id = s.id || ' '
    || case s.status when 'undoing' then 'undoing ' else 'asking ' end || (s.state->>'step') || ', attempt ' || (s.state->>'attempt')) as "dueAt",
  exists (select 1 from msg_saga_journal j where j.saga_id = s.id and j.transition->>'to' like 'passed %') as committed
from msg_sagas s where ${condition} order by s.started_at`;

export const openSagas = (databases: Databases): Promise<Row<Saga>[]> =>
  ask<Saga>(databases, sagas(`s.status in ('running', 'undoing')`));

/** By the saga's own id, or every saga of a subject. */
export async function findSagas(databases: Databases, id: string): Promise<Row<Saga>[]> {
  return ask<Saga>(databases, sagas('s.id = $1 or s.subject = $1'), [id]);
}

/** The one saga that can be meant: it has that id, or is the only open one of that subject. */
export async function openSaga(databases: Databases, id: string): Promise<Row<Saga>> {
  const found = await findSagas(databases, id);
  const open = found.filter(({ status }) => status === 'running' || status === 'undoing');
  if (found.length === 0) throw new CannotDo(`there is no saga ${id}, and none of an order ${id}`);
  if (open.length === 0)
    throw new CannotDo(
      `${found.map((each) => `${each.id} is ${each.status}`).join(', ')}: nothing can be done about a saga that is over`,
    );
  if (open.length > 1)
    throw new CannotDo(`${id} has several open sagas (${open.map((each) => each.id).join(', ')}): name one of them`);
  return open[0]!;
}

/** What would come of it, in a sentence; throws where nothing would. */
export function prospect(saga: Saga, action: SagaAction): string {
  const must = saga.status === 'undoing' || saga.committed;
  const step = `${saga.status === 'undoing' ? 'the undo of ' : ''}"${saga.step}"`;
  switch (action) {
    case 'retry':
      return `${step} is said again now (it would be attempt ${saga.attempt + 1})`;
    case 'push':
      return must
        ? `${step} must succeed, so it is said again now (it would be attempt ${saga.attempt + 1})`
        : `${step} counts as timed out, and everything is undone: ${[...saga.done, saga.step].toReversed().join(', ')}`;
    case 'skip':
      if (!must)
        throw new CannotDo(
          `${step} can't be skipped: it may still be undone. Push it on instead ("tradewind saga push")`,
        );
      return `${step} counts as answered, and the saga goes on`;
  }
}

const order = `insert into msg_timers (id, saga_id, name, milliseconds, due_at) values ($1, $2, $3, 0, now())`;

/** An operator's word is a timer that is due at once: the service acts on it in a transaction of its own, within a second. */
export async function instruct(
  databases: Databases,
  saga: Row<Saga>,
  action: SagaAction,
  reason: string,
): Promise<void> {
  await change(databases, saga.service, async (sql) => {
    await sql(order, [`operator:${randomUUID()}`, saga.id, `operator ${JSON.stringify({ action, reason })}`]);
    await record(sql, `saga ${action}`, saga.id, reason, {
      status: saga.status,
      step: saga.step,
      attempt: saga.attempt,
    });
  });
}
