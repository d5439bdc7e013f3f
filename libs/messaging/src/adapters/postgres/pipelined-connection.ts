import type { PoolClient, QueryConfig, QueryResult } from 'pg';
import { CommitUnanswered } from './commit-outcome.js';
import { silenceMsOf, type PostgresLimits } from './postgres-limits.js';
import { isOutcomeUnknown } from './postgres-errors.js';
import { statementOf } from './sql.js';

/** A lock is waited for half as long as a statement may take: who holds it is at fault, so it is tried again. */
const lockOf = ({ statementMs: statement }: PostgresLimits): number => Math.round(statement / 2);

/** A transaction whose process sleeps lets go of its locks. */
const idleInTransaction = 15_000;

/**
 * Planned once for all batches, for to plan a small one takes longer than to run it; and by index, for a plan outlives the moment
 * in which it was made. Over a table that was analysed while it was empty a join still goes through all of it, until it is analysed again.
 */
const plans = `set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off`;

const begin = (limits: PostgresLimits): string => `begin;
set local statement_timeout = ${limits.statementMs};
set local lock_timeout = ${lockOf(limits)};
set local idle_in_transaction_session_timeout = ${idleInTransaction};
${plans};
select pg_current_xact_id()::text as id`;

type Query = QueryConfig & { readonly query_timeout: number };

/**
 * One transaction on a connection. On a client with `pipeline` what is said goes out at once; the server takes one statement after
 * the other all the same. On any other a statement waits until the former is answered, and after one that failed none is sent.
 */
export class PipelinedConnection {
  readonly #begun: Promise<string>;
  readonly #silence: number;
  #last: Promise<unknown> = Promise.resolve();
  /** Sent and not answered: whoever is behind them waits for them as well. */
  #open = 0;
  #failure: unknown;
  #over = false;

  /** Begins it. `incarnation` is the server's. */
  constructor(
    private readonly client: PoolClient,
    limits: PostgresLimits,
    private readonly incarnation: string,
  ) {
    this.#silence = silenceMsOf(limits);
    // Several statements have several results, which the types of pg do not know. By the id the server is asked what became of a commit without answer.
    this.#begun = this.#send({ text: begin(limits) }).then(
      (results) => (results as unknown as { rows: { id: string }[] }[]).at(-1)!.rows[0]!.id,
    );
    this.#begun.catch(() => undefined); // told by the commit, or by whatever was asked meanwhile
  }

  /** What the first of all statements that failed met: those after it only tell that it did. */
  get failure(): unknown {
    return this.#failure;
  }

  async query<R extends object>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return (await this.#send(statementOf(text, values))).rows as R[];
  }

  /** Sends a statement whose answer nobody needs: that it failed is told by the commit. */
  enqueue(text: string, values: readonly unknown[] = []): void {
    this.#send(statementOf(text, values)).catch(() => undefined);
  }

  /** Resolves with what to ask by where nobody knows; after a rejection nothing of the transaction is kept. */
  async commit(): Promise<CommitUnanswered | undefined> {
    const id = await this.#begun;
    if (!this.client.pipeline) await this.#last;
    let command: string;
    try {
      ({ command } = await this.#send({ text: 'commit' }));
    } catch (error) {
      if (isOutcomeUnknown(error)) return new CommitUnanswered(id, this.incarnation, error);
      throw error;
    }
    if (command !== 'COMMIT')
      throw new Error(`the transaction ended with ${command}: a statement in it had failed, and nobody said so`);
    return undefined;
  }

  /** What was not sent yet is not sent any more. */
  async rollback(): Promise<void> {
    this.#over = true;
    if (!this.client.pipeline) await this.#last.catch(() => undefined);
    await this.client.query({ text: 'rollback', query_timeout: this.#silence * (this.#open + 1) } as Query);
  }

  #send(statement: QueryConfig): Promise<QueryResult> {
    const query = { ...statement, query_timeout: this.#silence * (this.#open++ + 1) } satisfies Query;
    const answer = this.client.pipeline ? this.client.query(query) : this.#last.then(() => this.#next(query));
    const heard = answer
      .catch((error: unknown) => {
        this.#failure ??= error;
        throw error;
      })
      .finally(() => this.#open--);
    this.#last = heard;
    return heard;
  }

  #next(query: Query): Promise<QueryResult> {
    if (this.#over) throw new Error('the transaction is over');
    return this.client.query(query);
  }
}
