import { OutcomeUnknown } from '../decide/index.js';
import { systemTimers, within } from '../system.js';
import type { Sql } from './sql.js';

/** Milliseconds for which the server is asked what became of a commit, and between two questions. */
const patience = 6_000;
const interval = 250;

const status = `select pg_xact_status($1::text::xid8) as status`;

/** The COMMIT of a transaction got no answer: it may have happened, or may still. */
export class CommitUnanswered extends Error {
  override readonly name = 'CommitUnanswered';

  constructor(
    readonly transactionId: string,
    cause: unknown,
  ) {
    super('the commit got no answer', { cause });
  }
}

/** Resolves true when it was committed, false when it never will be. Throws OutcomeUnknown where the server can't say in time. */
export async function wasCommitted(sql: Sql, unanswered: CommitUnanswered): Promise<boolean> {
  const over = new AbortController();
  let last: unknown = unanswered;
  const ask = async (): Promise<boolean | undefined> => {
    while (!over.signal.aborted) {
      try {
        const [row] = await sql<{ status: 'committed' | 'aborted' | 'in progress' | null }>(status, [unanswered.transactionId]);
        if (row?.status === 'committed') return true;
        if (row?.status === 'aborted') return false;
      } catch (error) {
        last = error;
      }
      await systemTimers.wait(interval, over.signal);
    }
    return undefined;
  };
  // By the clock: one question to a silent server may outlast all patience.
  const known = await within(systemTimers, patience, ask(), undefined);
  over.abort();
  if (known === undefined) throw new OutcomeUnknown('the database went away during a commit: it may have happened', { cause: last });
  return known;
}
