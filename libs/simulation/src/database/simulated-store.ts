import { OutcomeUnknown } from '@tradewind/messaging';
import {
  SagaInstances,
  StoreUnavailable,
  type ClaimedEffect,
  type InboxHorizon,
  type InboxSample,
  type OwnRecord,
  type PartitionOffset,
  type PrunedStep,
  type PruneStep,
  type RelaySession,
  type SagaRow,
  type Store,
  type TableFindings,
  type Takeover,
  type PartitionCount,
  type Transaction,
} from '@tradewind/messaging/internals';
import type { ProcessCore } from '../process/process-core.js';
import { storeError } from './database-error.js';
import { DatabaseSession } from './database-session.js';
import type { DatabaseTransaction } from './database-transaction.js';
import { prune } from './pruned-rows.js';
import { deadLettersOf, openSagasOf } from './readings.js';
import type { SimulatedDatabase } from './simulated-database.js';
import { SimulatedRelaySession } from './simulated-relay-session.js';
import { SimulatedTransaction } from './simulated-transaction.js';

/** Default pool size, as in node-pg. */
const defaultConnections = 10;

/** Milliseconds for which the status of a commit without a response is polled, and between two polls. */
const commitStatusTimeout = 6_000;
const pollInterval = 250;

/** The Store port of one process: a connection pool to a simulated database. */
export class SimulatedStore implements Store {
  readonly #queue: (() => void)[] = [];
  #available: number;

  constructor(
    private readonly database: SimulatedDatabase,
    private readonly process: ProcessCore,
  ) {
    this.#available = process.options.connections ?? defaultConnections;
  }

  /** Polls the status of a commit without a response, as the PostgreSQL store does. The outcome is unknown only after the timeout. */
  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const { result, commitError, transaction } = await this.#tryTransaction(work);
    if (!commitError || (await this.#wasCommitted(transaction, commitError))) return result;
    throw new StoreUnavailable('unavailable', 'the connection failed before the commit', { cause: commitError });
  }

  #tryTransaction<T>(
    work: (transaction: Transaction) => Promise<T>,
  ): Promise<{ result: T; transaction: DatabaseTransaction; commitError?: Error }> {
    return this.#withSession(async (session) => {
      await session.begin();
      try {
        const result = await work(new SimulatedTransaction(session));
        const { transaction } = session;
        try {
          await session.commit();
          return { result, transaction };
        } catch (error) {
          if (!session.lost) throw error;
          return { result, transaction, commitError: session.lost };
        }
      } catch (error) {
        if (!session.isLost) await session.rollback().catch(() => undefined); // the first error is the cause, and a lost session rolls back by itself
        throw error;
      }
    });
  }

  async #wasCommitted(transaction: DatabaseTransaction, cause: Error): Promise<boolean> {
    let lastError: unknown = cause;
    for (let waited = 0; waited < commitStatusTimeout; waited += pollInterval) {
      try {
        const status = await this.#single('transaction status', () => transaction.status);
        if (status !== 'in progress') return status === 'committed';
      } catch (error) {
        lastError = error;
      }
      await this.process.runtimePorts.timers.wait(pollInterval);
    }
    throw new OutcomeUnknown('the database became unavailable during a commit: it may have been committed', {
      cause: lastError,
    });
  }

  unsuitableSettings(): Promise<readonly string[]> {
    return this.#single('read settings', () => []);
  }

  /** A simulated table is made from its declaration, so it fits. */
  compareTables(): Promise<TableFindings> {
    return this.#single('compare tables', () => ({ problems: [], warnings: [] }));
  }

  async lead(): Promise<RelaySession | undefined> {
    try {
      return await SimulatedRelaySession.open(this.database, this.process);
    } catch (error) {
      throw storeError(error);
    }
  }

  notify(): Promise<void> {
    return this.#single('notify', () => this.database.notify());
  }

  partitionCounts(): Promise<readonly PartitionCount[]> {
    return this.#single('partition counts', () => this.database.partitionCounts.all());
  }

  /** The simulation restores no database. */
  reusedIdentities(): ReturnType<Store['reusedIdentities']> {
    return this.#single('reused identities', () => []);
  }

  isUnused(): Promise<boolean> {
    return this.#single('is unused', () => this.database.isUnused);
  }

  takeOver(takeover: Takeover): Promise<boolean> {
    return this.#single('take over', (tx) => this.database.takeOver(tx, takeover));
  }

  publishedEnds(): ReturnType<Store['publishedEnds']> {
    return this.#single('published ends', () => this.database.outbox.publishedEnds());
  }

  notPublishedHere(records: readonly OwnRecord[]): Promise<ReadonlySet<string>> {
    return this.#single('not published here', () => this.database.outbox.notPublishedHere(records));
  }

  notHandled(consumer: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#single('not handled', () => this.database.inbox.notHandled(consumer, ids));
  }

  outboxLag(): ReturnType<Store['outboxLag']> {
    return this.#single('outbox lag', (tx) => this.database.outbox.lag(tx.startedAt));
  }

  claimEffects(
    names: readonly string[],
    limit: number,
    leaseMs: number,
    token: string,
  ): Promise<readonly ClaimedEffect[]> {
    return this.#single('claim effects', (tx) => this.database.effects.claim(tx, names, limit, leaseMs, token));
  }

  renewEffects(ids: readonly string[], token: string, leaseMs: number): Promise<void> {
    return this.#single('renew effects', (tx) => this.database.effects.renew(tx, ids, token, leaseMs));
  }

  retryEffect(id: string, token: string, delayMs: number, error: string): Promise<void> {
    return this.#single('retry effect', (tx) => this.database.effects.retry(tx, id, token, delayMs, error));
  }

  deadLetterEffect(id: string, token: string, error: string): Promise<void> {
    return this.#single('dead-letter effect', (tx) => this.database.effects.deadLetter(tx, id, token, error));
  }

  pendingEffects(): ReturnType<Store['pendingEffects']> {
    return this.#single('pending effects', (tx) => this.database.effects.pending(tx.startedAt));
  }

  dueTimeouts(limit: number, skip = 0): ReturnType<Store['dueTimeouts']> {
    return this.#single('due timeouts', () => this.database.timeouts.due(limit, skip));
  }

  postponeTimeouts(ids: readonly string[], delayMs: number): Promise<void> {
    return this.#single('postpone timeouts', (tx) => this.database.timeouts.postpone(tx, ids, delayMs));
  }

  blockedKeys(consumer: string, keys: readonly string[]): Promise<ReadonlySet<string>> {
    const wanted = new Set(keys);
    return this.#single('blocked keys', () => {
      const blocked = this.database.inbox
        .blockedKeys()
        .filter((row) => row.consumer === consumer && row.key !== null && wanted.has(row.key));
      return new Set(blocked.map(({ key }) => key!));
    });
  }

  redrive(consumer: string, orderingKey: string): Promise<boolean> {
    return this.#single('redrive', (tx) => this.database.inbox.redrive(tx, consumer, orderingKey));
  }

  redrivenKeys(consumer: string): Promise<readonly string[]> {
    return this.#single('redriven keys', () =>
      this.database.inbox
        .blockedKeys()
        .filter((row) => row.consumer === consumer && row.state === 'redriving')
        .map(({ orderingKey }) => orderingKey),
    );
  }

  deadLetterCount(): Promise<number> {
    return this.#single(
      'dead letter count',
      () => this.database.inbox.deadLetterCount() + this.database.effects.deadLetterCount(),
    );
  }

  deadLetters(): ReturnType<Store['deadLetters']> {
    return this.#single('dead letters', () => deadLettersOf(this.database));
  }

  openSagas(): ReturnType<Store['openSagas']> {
    return this.#single('open sagas', () => openSagasOf(this.database.rows<SagaRow>(SagaInstances)));
  }

  overdueTimeouts(): ReturnType<Store['overdueTimeouts']> {
    return this.#single('overdue timeouts', () => this.database.timeouts.overdue());
  }

  stuckSagas(): Promise<number> {
    const isStuck = ({ status, stuck }: SagaRow): boolean =>
      stuck && (status === 'running' || status === 'compensating');
    return this.#single('stuck sagas', () => this.database.rows<SagaRow>(SagaInstances).filter(isStuck).length);
  }

  countAttempt(consumer: string, messageId: string): Promise<number> {
    return this.#single('count attempt', (tx) => this.database.attempts.countAttempt(tx, consumer, messageId));
  }

  countStart(consumer: string, topic: string, partition: number, offset: bigint, maxDistance: number): Promise<number> {
    return this.#single('count start', (tx) =>
      this.database.attempts.countStart(tx, consumer, topic, partition, offset, maxDistance),
    );
  }

  crashes(consumer: string, messageIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#single('crashes', () => this.database.attempts.crashes(consumer, messageIds));
  }

  countCrashes(consumer: string, messageIds: readonly string[]): Promise<void> {
    return this.#single('count crashes', (tx) => this.database.attempts.countCrashes(tx, consumer, messageIds));
  }

  clearCrashes(consumer: string, messageIds: readonly string[]): Promise<void> {
    return this.#single('clear crashes', (tx) => this.database.attempts.clearCrashes(tx, consumer, messageIds));
  }

  clearStarts(
    consumer: string,
    partitions: readonly { readonly topic: string; readonly partition: number }[],
  ): Promise<void> {
    return this.#single('clear starts', (tx) => this.database.attempts.clearStarts(tx, consumer, partitions));
  }

  now(): Promise<Date> {
    return this.#single('now', (tx) => new Date(Math.floor(tx.startedAt)));
  }

  addInboxSample(consumer: string, sample: InboxSample): Promise<void> {
    return this.#single('add inbox sample', (tx) => this.database.retention.addSample(tx, consumer, sample));
  }

  inboxSamples(consumer: string): Promise<readonly InboxSample[]> {
    return this.#single('inbox samples', () => this.database.retention.samples(consumer));
  }

  raiseInboxHorizons(consumer: string, sample: InboxSample, marksBefore: Date): Promise<boolean> {
    return this.#single('raise inbox horizons', (tx) =>
      this.database.retention.raise(tx, consumer, sample, marksBefore),
    );
  }

  inboxHorizons(): Promise<readonly InboxHorizon[]> {
    return this.#single('inbox horizons', () =>
      this.database.retention.horizons().map(({ raisedAt: _raisedAt, ...horizon }) => horizon),
    );
  }

  archiveHorizons(): Promise<readonly PartitionOffset[]> {
    return this.#single('archive horizons', () => this.database.retention.archiveHorizons());
  }

  prune(step: PruneStep): Promise<PrunedStep> {
    return this.#single('prune', (tx) => prune(this.database, tx, step));
  }

  /** Rows of the inbox and the archive instead of bytes. */
  tableSizes(): ReturnType<Store['tableSizes']> {
    return this.#single('table sizes', () => [
      { table: 'msg_inbox', bytes: this.database.inbox.received().length },
      { table: 'msg_outbox_archive', bytes: this.database.outbox.archive().length },
    ]);
  }

  decideStart(...args: Parameters<Store['decideStart']>): ReturnType<Store['decideStart']> {
    return this.#single('decide start', (tx) => this.database.consumerState.decideStart(tx, ...args));
  }

  decidedStarts(consumer: string): ReturnType<Store['decidedStarts']> {
    return this.#single('decided starts', () => this.database.consumerState.decidedStarts(consumer));
  }

  recordSkippedType(...args: Parameters<Store['recordSkippedType']>): Promise<void> {
    return this.#single('record skipped type', (tx) => this.database.consumerState.recordSkippedType(tx, ...args));
  }

  skippedTypes(consumer: string): ReturnType<Store['skippedTypes']> {
    return this.#single('skipped types', () => this.database.consumerState.skippedTypes(consumer));
  }

  forgetSkippedTypes(...args: Parameters<Store['forgetSkippedTypes']>): Promise<void> {
    return this.#single('forget skipped types', (tx) => this.database.consumerState.forgetSkippedTypes(tx, ...args));
  }

  #single<T>(operation: string, run: (transaction: DatabaseTransaction) => T | Promise<T>): Promise<T> {
    return this.#withSession((session) => session.single(operation, run));
  }

  /** Runs with a connection of the pool; waits when none is available. */
  async #withSession<T>(use: (session: DatabaseSession) => Promise<T>): Promise<T> {
    if (this.#available > 0) this.#available--;
    else await new Promise<void>((resolve) => this.#queue.push(resolve));
    const session = new DatabaseSession(this.database, this.process);
    try {
      return await use(session);
    } catch (error) {
      throw storeError(error);
    } finally {
      session.release();
      const next = this.#queue.shift();
      if (next) next();
      else this.#available++;
    }
  }
}
