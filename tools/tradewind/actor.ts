import { userInfo } from 'node:os';

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

/** The account of this process; its number where the machine has no name for it, as in a container. */
export function accountName(nameOf: () => string = () => userInfo().username, number = process.getuid?.()): string {
  try {
    return nameOf();
  } catch {
    return String(number ?? '');
  }
}
