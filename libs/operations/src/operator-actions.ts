import { queryAll, type Databases, type OfService } from './databases/databases.js';

/** What an operator did and why, as `msg_operator_actions` records it. */
export interface OperatorAction {
  readonly action: string;
  /** The service or the consumer that it was done to. */
  readonly subject: string;
  readonly reason: string;
  readonly detail: object;
}

/** An action as it was recorded. */
export interface RecordedAction extends OperatorAction {
  readonly id: string;
  readonly at: Date;
  /** The person or program, or the role of its connection. */
  readonly actor: string;
}

const newest = `select id::text as id, at, actor, action, subject, reason, detail from msg_operator_actions order by id desc limit $1`;

/** The latest actions of each service, the newest first. */
export async function operatorActions(databases: Databases, limit: number): Promise<OfService<RecordedAction>[]> {
  const actions = await queryAll<RecordedAction>(databases, newest, [limit]);
  return actions.toSorted((a, b) => b.at.getTime() - a.at.getTime());
}

interface Connection {
  query(text: string, values: unknown[]): Promise<unknown>;
}

/** Records what an operator has done. `table` has a schema where the search path of the connection is not that of the service. */
export async function recordAction(
  connection: Connection,
  { action, subject, reason, detail }: OperatorAction,
  table = 'msg_operator_actions',
): Promise<void> {
  const values = [action, subject, reason, JSON.stringify(detail)];
  await connection.query(`insert into ${table} (action, subject, reason, detail) values ($1, $2, $3, $4)`, values);
}
