/** Of PostgreSQL's clients. */
const connectionOptions = 'PGOPTIONS';

/**
 * Makes the account of the machine the actor of every action that this program, and the programs that it runs, record. `account` is part of an option of
 * connections, so it becomes one word.
 */
export function nameActor(account: string, env: Record<string, string | undefined>): void {
  const actor = account.replaceAll(/[^\w.@-]/g, '_') || 'unknown';
  env[connectionOptions] = `${env[connectionOptions] ?? ''} -c tradewind.actor=${actor}`.trim();
}
