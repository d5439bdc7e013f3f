import { OutcomeUnknown } from '../../ports/errors.js';
import { withTimeout } from '../../ports/waiting.js';
import { systemTimers } from '../system/system.js';
import { isFutureTransactionId } from './postgres-errors.js';
import type { Sql } from './sql.js';

/** Longest time for which the server is asked for the outcome of a commit. */
const timeoutMs = 6_000;
const intervalMs = 250;

const status = `select pg_xact_status($1::text::xid8) as status, (select id::text from msg_server_epoch) as "serverEpoch"`;

interface Answer {
  readonly status: 'committed' | 'aborted' | 'in progress' | null;
  readonly serverEpoch: string | null;
}

/** The COMMIT of a transaction got no answer: it may have happened, or may still happen. */
export class CommitUnanswered extends Error {
  override readonly name = 'CommitUnanswered';

  constructor(
    readonly transactionId: string,
    /** The epoch of the server during the transaction. */
    readonly serverEpoch: string,
    cause: unknown,
  ) {
    super('the commit got no answer', { cause });
  }
}

/**
 * Resolves true when the transaction was committed, false when it never will be. Throws OutcomeUnknown when the server does not know in
 * time, or has crashed since: after a crash the server reuses transaction ids, so the id may belong to another transaction.
 */
export async function wasCommitted(sql: Sql, unanswered: CommitUnanswered): Promise<boolean> {
  const stopping = new AbortController();
  let last: unknown = unanswered;
  const poll = async (): Promise<boolean | 'unknown' | undefined> => {
    while (!stopping.signal.aborted) {
      try {
        const [answer] = await sql<Answer>(status, [unanswered.transactionId]);
        const outcome = answer && outcomeOf(answer, unanswered.serverEpoch);
        if (outcome !== undefined) return outcome;
      } catch (error) {
        if (isFutureTransactionId(error)) return false;
        last = error;
      }
      await systemTimers.wait(intervalMs, stopping.signal);
    }
    return undefined;
  };
  // One query to a silent server may take longer than the whole timeout.
  const outcome = await withTimeout(systemTimers, timeoutMs, poll(), undefined);
  stopping.abort();
  if (outcome === 'unknown')
    throw new OutcomeUnknown('the database crashed during a commit: it may have happened', { cause: unanswered });
  if (outcome === undefined)
    throw new OutcomeUnknown('the database became unavailable during a commit: it may have happened', { cause: last });
  return outcome;
}

/** After a crash only `aborted` and `in progress` are conclusive: an id that was committed before the crash is never reused. */
function outcomeOf({ status, serverEpoch }: Answer, epochBefore: string): boolean | 'unknown' | undefined {
  const crashed = serverEpoch !== epochBefore;
  if (status === 'committed') return crashed ? 'unknown' : true;
  if (status === 'aborted' || (crashed && status === 'in progress')) return false;
  return undefined;
}
