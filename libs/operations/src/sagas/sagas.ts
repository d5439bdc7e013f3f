import { newId } from '@tradewind/kernel';
import { systemPorts } from '@tradewind/messaging/internals';
import { recordAction } from '../operator-actions.js';
import { changeIn, queryAll, type Databases, type OfService } from '../databases/databases.js';
import { OperatorError } from '../databases/errors.js';

/** What an operator can tell a stuck saga to do. */
export type SagaAction = 'retry' | 'expire' | 'skip';

/** A saga instance as an operator sees it. */
export interface Saga {
  readonly id: string;
  readonly saga: string;
  readonly version: number;
  readonly subject: string;
  readonly status: 'running' | 'compensating' | 'completed' | 'failed';
  /** It fails again and again. */
  readonly stuck: boolean;
  readonly step: string | null;
  readonly attempt: number;
  readonly completedSteps: readonly string[];
  readonly toCompensate: readonly string[];
  readonly startedAt: Date;
  readonly updatedAt: Date;
  /** The end of its current timeout; null while its command is not published, or without a timeout. */
  readonly dueAt: Date | null;
  /** It has passed its point of no return. */
  readonly committed: boolean;
}

const sagas = (condition: string): string => `
select s.id, s.saga, s.version, s.subject, s.status, s.stuck, s.state->>'step' as step, (s.state->>'attempt')::int as attempt,
  s.state->'done' as "completedSteps", s.state->'toCompensate' as "toCompensate", s.started_at as "startedAt", s.updated_at as "updatedAt",
  (select min(t.due_at) from msg_timeouts t where t.saga_id = s.id and t.id = s.id || ' '
    || case s.status when 'compensating' then 'compensating ' else 'executing ' end || (s.state->>'step') || ', attempt ' || (s.state->>'attempt')) as "dueAt",
  exists (select 1 from msg_saga_history h where h.saga_id = s.id and h.transition->>'to' like 'passed %') as committed
from msg_sagas s where ${condition} order by s.started_at`;

export const isOpen = ({ status }: Pick<Saga, 'status'>): boolean => status === 'running' || status === 'compensating';

/** Which open sagas are listed. */
export interface SagaFilter {
  readonly saga?: string;
  readonly version?: number;
  readonly step?: string;
  readonly stuck?: boolean;
  /** Its timeout has passed, and the service has not acted yet. */
  readonly overdue?: boolean;
  /** At least this attempt. */
  readonly attempt?: number;
  /** At most so many of each service, the oldest. */
  readonly limit?: number;
}

const filtered = `select * from (${sagas(`s.status in ('running', 'compensating') and ($1::text is null or s.saga = $1) and ($2::int is null or s.version = $2)
  and ($3::text is null or s.state->>'step' = $3) and ($4::bool is null or s.stuck = $4) and ($5::int is null or (s.state->>'attempt')::int >= $5)`)}) s
where ($6::bool is null or coalesce(s."dueAt" < now(), false) = $6) order by s."startedAt" limit $7`;

/** The sagas that have not ended, oldest first. */
export const openSagas = (
  databases: Databases,
  { saga, version, step, stuck, attempt, overdue, limit }: SagaFilter = {},
): Promise<OfService<Saga>[]> =>
  queryAll<Saga>(
    databases,
    filtered,
    [saga, version, step, stuck, attempt, overdue, limit].map((each) => each ?? null),
  );

/** By the saga's own id, or all sagas of a subject. */
export const findSagas = (databases: Databases, id: string): Promise<OfService<Saga>[]> =>
  queryAll<Saga>(databases, sagas('s.id = $1 or s.subject = $1'), [id]);

/** The one saga that has not ended and has that id, or that subject. */
export async function openSaga(databases: Databases, id: string): Promise<OfService<Saga>> {
  const found = await findSagas(databases, id);
  const open = found.filter(isOpen);
  if (found.length === 0) throw new OperatorError(`there is no saga ${id}, and none of a subject ${id}`);
  if (open.length === 0)
    throw new OperatorError(
      `${found.map((saga) => `${saga.id} is ${saga.status}`).join(', ')}: a saga that has ended can't be changed`,
    );
  if (open.length > 1)
    throw new OperatorError(`${id} has several open sagas (${open.map((saga) => saga.id).join(', ')}): name one`);
  return open[0]!;
}

/** What the action would do, in a sentence. Throws OperatorError if it is not allowed. */
export function expectedResult(saga: Saga, action: SagaAction): string {
  const mustSucceed = saga.status === 'compensating' || saga.committed;
  const step = `${saga.status === 'compensating' ? 'the compensation of ' : ''}"${saga.step}"`;
  const again = `its command is published again now (attempt ${saga.attempt + 1})`;
  switch (action) {
    case 'retry':
      return `${step}: ${again}`;
    case 'expire':
      return mustSucceed
        ? `${step} must succeed, so ${again}`
        : `${step} counts as timed out, and the saga compensates ${[...saga.completedSteps, saga.step].toReversed().join(', ')}`;
    case 'skip':
      if (!mustSucceed)
        throw new OperatorError(
          `${step} can't be skipped: it can still be compensated. Use "tradewind sagas expire" instead`,
        );
      return `${step} counts as successful, and the saga continues`;
  }
}

const insertTimeout = `insert into msg_timeouts (id, saga_id, name, timeout_ms, due_at) values ($1, $2, $3, 0, now())`;

/** Tells the service by a timeout that is due at once: it acts within a second, in its own transaction. */
export async function instruct(
  databases: Databases,
  { service, id, status, step, attempt }: OfService<Saga>,
  action: SagaAction,
  reason: string,
): Promise<void> {
  await changeIn(databases, service, async (connection) => {
    await connection.query(insertTimeout, [
      `operator:${newId(systemPorts)}`,
      id,
      `operator ${JSON.stringify({ action, reason })}`,
    ]);
    await recordAction(connection, {
      action: `saga ${action}`,
      subject: id,
      reason,
      detail: { status, step, attempt },
    });
  });
}
