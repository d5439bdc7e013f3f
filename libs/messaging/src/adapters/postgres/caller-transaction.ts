import type { PoolClient } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';

/** What TypeORM keeps in a query runner about its connection and its transaction. The same in TypeORM 0.3 and 1. */
interface RunnerState {
  databaseConnection: PoolClient;
  isTransactionActive: boolean;
  transactionDepth: number;
  isReleased: boolean;
}

/**
 * An EntityManager on a connection that the library holds, inside its transaction. Its own `transaction()` makes a savepoint. After
 * `close` each call rejects, so that code which a handler did not await cannot write into somebody else's transaction.
 */
export class CallerTransaction {
  readonly #runner: QueryRunner;

  constructor(dataSource: DataSource, client: PoolClient) {
    this.#runner = dataSource.createQueryRunner();
    this.#set({ databaseConnection: client, isTransactionActive: true, transactionDepth: 1 });
  }

  get manager(): EntityManager {
    return this.#runner.manager;
  }

  close(): void {
    this.#set({ isReleased: true });
  }

  #set(state: Partial<RunnerState>): void {
    Object.assign(this.#runner, state);
  }
}
