import { Transient } from '@tradewind/kernel';
import {
  OutcomeUnknown,
  Sagas,
  type ClaimedEffect,
  type ClaimedRecord,
  type RelaySession,
  type SagaRow,
  type Store,
  type TopicSize,
  type Transaction,
} from '@tradewind/messaging';
import type { SimulatedProcess } from '../simulated-process.js';
import { asTransient } from './database-error.js';
import { DatabaseSession } from './database-session.js';
import type { DatabaseTransaction } from './database-transaction.js';
import type { SimulatedDatabase } from './simulated-database.js';
import { SimulatedRelaySession } from './simulated-relay-session.js';
import { SimulatedTransaction } from './simulated-transaction.js';

/** Connections of a process, where its options say nothing else: as many as node-pg's pool has. */
const usual = 10;

/** Milliseconds for which the database is asked what became of a commit, and between two questions. */
const patience = 6_000;
const interval = 250;

/** The port's store for one life: a pool of connections to a simulated database. */
export class SimulatedStore implements Store {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(
    private readonly database: SimulatedDatabase,
    private readonly life: SimulatedProcess,
  ) {
    this.#free = life.options.connections ?? usual;
  }

  /** A commit without an answer is asked for, as on PostgreSQL: only where nobody can tell in time is the outcome unknown. */
  async transaction<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    const { result, unanswered, transaction } = await this.#attempt(work);
    if (!unanswered || (await this.#wasCommitted(transaction, unanswered))) return result;
    throw new Transient('the connection broke before the commit', { cause: unanswered });
  }

  #attempt<T>(
    work: (transaction: Transaction) => Promise<T>,
  ): Promise<{ result: T; transaction: DatabaseTransaction; unanswered?: Error }> {
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
          return { result, transaction, unanswered: session.lost };
        }
      } catch (error) {
        if (!session.isLost) await session.rollback().catch(() => undefined); // what failed first is what matters, and a lost session rolls back
        throw error;
      }
    });
  }

  async #wasCommitted(transaction: DatabaseTransaction, cause: Error): Promise<boolean> {
    let last: unknown = cause;
    for (let waited = 0; waited < patience; waited += interval) {
      try {
        const status = await this.#single('transaction status', () => transaction.status);
        if (status !== 'in progress') return status === 'committed';
      } catch (error) {
        last = error;
      }
      await this.life.world.timers.wait(interval);
    }
    throw new OutcomeUnknown('the database went away during a commit: it may have happened', { cause: last });
  }

  async lead(): Promise<RelaySession | undefined> {
    try {
      return await SimulatedRelaySession.open(this.database, this.life);
    } catch (error) {
      throw asTransient(error);
    }
  }

  poke(): Promise<void> {
    return this.#single('poke', () => this.database.poke());
  }

  topicSizes(): Promise<readonly TopicSize[]> {
    return this.#single('topic sizes', () => this.database.sizes.all());
  }

  publishedTo(): ReturnType<Store['publishedTo']> {
    return this.#single('published to', () => this.database.outbox.publishedTo());
  }

  neverSaid(records: readonly ClaimedRecord[]): Promise<ReadonlySet<string>> {
    return this.#single('never said', () => this.database.outbox.neverSaid(records));
  }

  neverHandled(consumer: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
    return this.#single('never handled', () => this.database.inbox.neverHandled(consumer, ids));
  }

  outboxLag(): ReturnType<Store['outboxLag']> {
    return this.#single('outbox lag', (tx) => this.database.outbox.lag(tx.startedAt));
  }

  claimEffects(
    names: readonly string[],
    limit: number,
    leaseMilliseconds: number,
    token: string,
  ): Promise<readonly ClaimedEffect[]> {
    return this.#single('claim effects', (tx) =>
      this.database.effects.claim(tx, names, limit, leaseMilliseconds, token),
    );
  }

  renewEffects(ids: readonly string[], token: string, leaseMilliseconds: number): Promise<void> {
    return this.#single('renew effects', (tx) => this.database.effects.renew(tx, ids, token, leaseMilliseconds));
  }

  retryEffect(id: string, token: string, inMilliseconds: number, error: string): Promise<void> {
    return this.#single('retry effect', (tx) => this.database.effects.retry(tx, id, token, inMilliseconds, error));
  }

  openEffects(): ReturnType<Store['openEffects']> {
    return this.#single('open effects', (tx) => this.database.effects.open(tx.startedAt));
  }

  dueTimers(limit: number): ReturnType<Store['dueTimers']> {
    return this.#single('due timers', () => this.database.timers.due(limit));
  }

  postponeTimers(ids: readonly string[], milliseconds: number): Promise<void> {
    return this.#single('postpone timers', (tx) => this.database.timers.postpone(tx, ids, milliseconds));
  }

  parkedKeys(consumer: string, keys: readonly string[]): Promise<ReadonlySet<string>> {
    const wanted = new Set(keys);
    return this.#single('parked keys', () => {
      const parked = this.database.inbox
        .lanes()
        .filter((lane) => lane.consumer === consumer && lane.key !== null && wanted.has(lane.key));
      return new Set(parked.map((lane) => lane.key!));
    });
  }

  release(consumer: string, lane: string): Promise<boolean> {
    return this.#single('release', (tx) => this.database.inbox.release(tx, consumer, lane));
  }

  releasedLanes(consumer: string): Promise<readonly string[]> {
    return this.#single('released lanes', () =>
      this.database.inbox
        .lanes()
        .filter((lane) => lane.consumer === consumer && lane.state === 'releasing')
        .map(({ lane }) => lane),
    );
  }

  parkedCount(): Promise<number> {
    return this.#single('parked count', () => this.database.inbox.parkedCount());
  }

  alarmedSagas(): Promise<number> {
    const open = ({ status, alarmed }: SagaRow): boolean => alarmed && (status === 'running' || status === 'undoing');
    return this.#single('alarmed sagas', () => this.database.rows<SagaRow>(Sagas).filter(open).length);
  }

  countTry(consumer: string, messageId: string): Promise<number> {
    return this.#single('count try', (tx) => this.database.counts.try(tx, consumer, messageId));
  }

  countStart(consumer: string, topic: string, partition: number, offset: bigint, reach: number): Promise<number> {
    return this.#single('count start', (tx) =>
      this.database.counts.start(tx, consumer, topic, partition, offset, reach),
    );
  }

  forgetTries(consumer: string, messageId: string): Promise<void> {
    return this.#single('forget tries', (tx) => this.database.counts.forgetTries(tx, consumer, messageId));
  }

  forgetStarts(
    consumer: string,
    places: readonly { readonly topic: string; readonly partition: number }[],
  ): Promise<void> {
    return this.#single('forget starts', (tx) => this.database.counts.forgetStarts(tx, consumer, places));
  }

  #single<T>(operation: string, run: (transaction: DatabaseTransaction) => T | Promise<T>): Promise<T> {
    return this.#withSession((session) => session.single(operation, run));
  }

  /** Lends a connection out; whoever finds none waits for the next that comes back. */
  async #withSession<T>(use: (session: DatabaseSession) => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const session = new DatabaseSession(this.database, this.life);
    try {
      return await use(session);
    } catch (error) {
      throw asTransient(error);
    } finally {
      session.release();
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}
