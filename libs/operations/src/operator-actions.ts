/** What an operator did and why, as `msg_operator_actions` records it. */
export interface OperatorAction {
  readonly action: string;
  /** The service or the consumer that it was done to. */
  readonly subject: string;
  readonly reason: string;
  readonly detail: object;
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
