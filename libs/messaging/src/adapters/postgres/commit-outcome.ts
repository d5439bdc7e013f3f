import { OutcomeUnknown } from '../../ports/errors.js';
import { withTimeout } from '../../ports/waiting.js';
import { systemTimers } from '../system/system.js';
import { isFutureTransactionId } from './postgres-errors.js';
import type { Sql } from './sql.js';

/** Milliseconds for which the server is asked what became of a commit, and between two questions. */
const patience = 6_000;
const interval = 250;

const status = `select pg_xact_status($1::text::xid8) as status, (select id::text from msg_server_epoch) as incarnation`;

interface Answer {
  readonly status: 'committed' | 'aborted' | 'in progress' | null;
  readonly serverEpoch: string | null;
}

/** The COMMIT of a transaction got no answer: it may have happened, or may still. */
export class CommitUnanswered extends Error {
  override readonly name = 'CommitUnanswered';

  constructor(
    readonly transactionId: string,
    /** The server's at that time. */
    readonly incarnation: string,
    cause: unknown,
  ) {
    super('the commit got no answer', { cause });
  }
}

/**
 * Resolves true when it was committed, false when it never will be. Throws OutcomeUnknown where the server can't say in time, and
 * where it has crashed since: then the id may be another's, whose commit says nothing of this one.
 */
export async function wasCommitted(sql: Sql, unanswered: CommitUnanswered): Promise<boolean> {
  const over = new AbortController();
  let last: unknown = unanswered;
  const ask = async (): Promise<boolean | 'unknown' | undefined> => {
    while (!over.signal.aborted) {
      try {
        const [answer] = await sql<Answer>(status, [unanswered.transactionId]);
        const meant = meaningOf(answer!, unanswered.incarnation);
        if (meant !== undefined) return meant;
      } catch (error) {
        if (isFutureTransactionId(error)) return false;
        last = error;
      }
      await systemTimers.wait(interval, over.signal);
    }
    return undefined;
  };
  // By the clock: one question to a silent server may outlast all patience.
  const known = await withTimeout(systemTimers, patience, ask(), undefined);
  over.abort();
  if (known === 'unknown')
    throw new OutcomeUnknown('the database crashed during a commit: it may have happened', { cause: unanswered });
  if (known === undefined)
    throw new OutcomeUnknown('the database went away during a commit: it may have happened', { cause: last });
  return known;
}

/** Had it been committed before a crash, its id would be committed after it, and nobody else's. */
function meaningOf({ status, serverEpoch: incarnation }: Answer, before: string): boolean | 'unknown' | undefined {
  const crashed = incarnation !== before;
  if (status === 'committed') return crashed ? 'unknown' : true;
  if (status === 'aborted' || (crashed && status === 'in progress')) return false;
  return undefined;
}
