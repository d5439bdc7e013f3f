import type { PoolClient, QueryConfig, QueryResult } from 'pg';
import type { SavepointResult } from '../../ports/store.js';
import { CommitUnanswered } from './commit-outcome.js';
import { idleInTransactionMs, silenceMsOf, type PostgresLimits } from './postgres-limits.js';
import { isOutcomeUnknown } from './postgres-errors.js';
import { statementOf } from './sql.js';

/** Half of the statement limit: a lock wait that is too long is the fault of its holder, so it is transient and retried. */
const lockTimeoutMsOf = ({ statementMs }: PostgresLimits): number => Math.round(statementMs / 2);

/**
 * Statements are planned once, because planning a small batch takes longer than running it. A plan outlives the statistics with which it
 * was made, so it must use indexes. A join with a table that was analysed while it was empty still scans the table, until it is
 * analysed again.
 */
const plans = `set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off; set local enable_hashjoin = off; set local enable_mergejoin = off`;

/** A handler's own statements are planned as PostgreSQL plans by default. */
const callerPlans = `set local plan_cache_mode = auto; set local enable_seqscan = on; set local enable_hashjoin = on; set local enable_mergejoin = on`;

const begin = (limits: PostgresLimits): string => `begin isolation level read committed;
set local statement_timeout = ${limits.statementMs};
set local lock_timeout = ${lockTimeoutMsOf(limits)};
set local idle_in_transaction_session_timeout = ${idleInTransactionMs};
${plans};
select pg_current_xact_id()::text as id`;

type Query = QueryConfig & { readonly query_timeout: number };

/**
 * One transaction on a connection. On a client with `pipeline` statements are sent at once; the server runs them one after another. On
 * any other client a statement is sent after the answer to the one before, and none after a failure.
 */
export class PipelinedConnection {
  /** Resolves with the id of the transaction. */
  readonly #begun: Promise<string>;
  readonly #silenceMs: number;
  #last: Promise<unknown> = Promise.resolve();
  /** Statements sent and not answered. A later statement waits for them, so its limit is longer. */
  #open = 0;
  #failure: unknown;
  #isClosed = false;

  /** Begins the transaction. */
  constructor(
    private readonly client: PoolClient,
    limits: PostgresLimits,
    private readonly serverEpoch: string,
  ) {
    this.#silenceMs = silenceMsOf(limits);
    // Several statements have several results, which the types of pg do not describe. The id serves to ask for the outcome of a commit without answer.
    this.#begun = this.#send({ text: begin(limits) }).then((results) => {
      const row = (results as unknown as { rows: { id: string }[] }[]).at(-1)?.rows[0];
      if (!row) throw new Error('the database did not give the id of the transaction');
      return row.id;
    });
    this.#begun.catch(() => undefined); // The commit, or a query before it, rejects with it.
  }

  /** The error of the first statement that failed. Later statements only report that the transaction is aborted. */
  get failure(): unknown {
    return this.#failure;
  }

  async query<R extends object>(text: string, values: readonly unknown[] = []): Promise<R[]> {
    return (await this.#send(statementOf(text, values))).rows as R[];
  }

  /** Sends a statement without waiting for its answer. Its failure shows at the commit. */
  enqueue(text: string, values: readonly unknown[] = []): void {
    this.#send(statementOf(text, values)).catch(() => undefined);
  }

  /**
   * Runs `work`, which sends statements on the client itself, behind a savepoint. When it rejects, everything since the savepoint is undone.
   * `ended` is called when the work has ended, before anything else is sent. Rejects where the connection cannot continue.
   */
  async savepoint<T>(work: () => Promise<T>, ended: () => void): Promise<SavepointResult<T>> {
    const before = this.#failure;
    await this.#send({ text: `savepoint handler; ${callerPlans}` });
    try {
      const result = await work().finally(ended);
      await this.#send({ text: `release savepoint handler; ${plans}` });
      return { result };
    } catch (error) {
      await this.#send({ text: 'rollback to savepoint handler; release savepoint handler' });
      this.#failure = before;
      return { error };
    }
  }

  /** Resolves with CommitUnanswered where the outcome is unknown. After a rejection nothing of the transaction is kept. */
  async commit(): Promise<CommitUnanswered | undefined> {
    const id = await this.#begun;
    if (!this.client.pipeline) await this.#last;
    let command: string;
    try {
      ({ command } = await this.#send({ text: 'commit' }));
    } catch (error) {
      if (isOutcomeUnknown(error)) return new CommitUnanswered(id, this.serverEpoch, error);
      throw error;
    }
    if (command !== 'COMMIT')
      throw new Error(`the transaction ended with ${command}: one of its statements failed without an error`);
    return undefined;
  }

  /** Statements that were not sent yet are dropped. */
  async rollback(): Promise<void> {
    this.#isClosed = true;
    if (!this.client.pipeline) await this.#last.catch(() => undefined);
    await this.client.query({ text: 'rollback', query_timeout: this.#silenceMs * (this.#open + 1) } as Query);
  }

  #send(statement: QueryConfig): Promise<QueryResult> {
    const query = { ...statement, query_timeout: this.#silenceMs * (this.#open++ + 1) } satisfies Query;
    const answer = this.client.pipeline ? this.client.query(query) : this.#last.then(() => this.#next(query));
    const settled = answer
      .catch((error: unknown) => {
        this.#failure ??= error;
        throw error;
      })
      .finally(() => this.#open--);
    this.#last = settled;
    return settled;
  }

  #next(query: Query): Promise<QueryResult> {
    if (this.#isClosed) throw new Error('the transaction is over');
    return this.client.query(query);
  }
}
