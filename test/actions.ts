/** The recorded actions about one subject, oldest first. `query` asks the service's database. */
export const actionsOn = <R extends object>(
  query: (sql: string, values: unknown[]) => Promise<R[]>,
  subject: string,
): Promise<R[]> =>
  query('select action, actor, address, reason, detail from msg_operator_actions where subject = $1 order by id', [
    subject,
  ]);
