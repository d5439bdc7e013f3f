import { Transient } from '@tradewind/kernel';
import type { PublishedRow, RelaySession, TakenRow, Topic, TopicSize } from '@tradewind/messaging';
import type { SimulatedProcess } from '../simulated-process.js';
import { DatabaseSession } from './database-session.js';
import type { DatabaseTransaction, LockLimit } from './database-transaction.js';
import type { SimulatedDatabase } from './simulated-database.js';

/** As the relay's own connection on PostgreSQL has it, in milliseconds. */
const statementLimit: LockLimit = { milliseconds: 6_000, code: '57014' };

/** Leadership is a lock of its session: who loses the connection loses it, and the epoch fences a former leader's mark. */
export class SimulatedRelaySession implements RelaySession {
  private constructor(
    private readonly session: DatabaseSession,
    readonly epoch: bigint,
  ) {}

  static async open(database: SimulatedDatabase, life: SimulatedProcess): Promise<RelaySession | undefined> {
    const session = new DatabaseSession(database, life, statementLimit);
    if (!(await session.single('lead', () => database.tryLead(session)))) {
      await session.close();
      return undefined;
    }
    return new SimulatedRelaySession(session, await session.single('next epoch', (tx) => database.outbox.lead(tx)));
  }

  take(limit: number): Promise<readonly TakenRow[]> {
    return this.#single('relay take', (database) => database.outbox.take(limit));
  }

  async mark(published: readonly PublishedRow[]): Promise<void> {
    const marked = await this.#single('relay mark', (database, tx) => database.outbox.mark(tx, published, this.epoch));
    if (marked !== published.length)
      throw new RelayFenced(`${published.length} rows were published, ${marked} could be marked`);
  }

  sizes(declared: readonly Topic[]): Promise<readonly TopicSize[]> {
    return this.#single('relay sizes', (database, tx) => database.sizes.asDeclared(tx, declared));
  }

  grow(size: Omit<TopicSize, 'growingTo'>): Promise<boolean> {
    return this.#single(
      'relay grow',
      async (database, tx) => (await database.outbox.isLed(tx, this.epoch)) && database.sizes.grow(tx, size),
    );
  }

  async hold(row: TakenRow, reason: string): Promise<void> {
    await this.#single('relay hold', (database, tx) => database.outbox.hold(tx, row, reason));
  }

  onPoke(call: () => void): void {
    this.session.database.listen(this.session, call);
  }

  close(): Promise<void> {
    return this.session.close();
  }

  async #single<T>(
    operation: string,
    run: (database: SimulatedDatabase, transaction: DatabaseTransaction) => T | Promise<T>,
  ): Promise<T> {
    if (this.session.lost) throw new Transient('the relay has lost its session', { cause: this.session.lost });
    return this.session.single(operation, (transaction) => run(this.session.database, transaction));
  }
}

/** Thrown when another process has become the publisher: this one must not mark anything. */
class RelayFenced extends Error {
  override readonly name = 'RelayFenced';
}
