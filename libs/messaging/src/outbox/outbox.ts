import type { EntityManager } from 'typeorm';
import { said, type Said } from '@tradewind/saga';
import type { MessageClass } from '../contract/index.js';
import { OutboxNeedsTransaction } from '../decide/index.js';
import { appendOutbox } from '../postgres/outbox-sql.js';
import { newId, type World } from '../system.js';
import { toOutboxRow } from './envelope.js';
import type { Relay } from './relay.js';

/**
 * Says messages from code that keeps its own TypeORM transaction. What is appended is published after the commit, per key
 * in commit order, at least once; what is rolled back is never published.
 */
export class Outbox {
  constructor(
    private readonly relay: Relay,
    private readonly world: World,
  ) {}

  /** Throws OutboxNeedsTransaction outside a transaction, a TypeError on an unsound message, PayloadTooLarge on a big one. */
  async say<M extends object>(manager: EntityManager, cls: MessageClass<M>, fields: M): Promise<void> {
    await this.sayAll(manager, [said(cls, fields)]);
  }

  async sayAll(manager: EntityManager, says: readonly Said[]): Promise<void> {
    const { queryRunner } = manager;
    if (!queryRunner?.isTransactionActive) throw new OutboxNeedsTransaction();
    const at = this.world.clock.now();
    const rows = says.map((each) => {
      const id = newId(this.world);
      return toOutboxRow(each, { id, at, cause: id, correlation: undefined, traceparent: null });
    });
    await appendOutbox((text, values) => manager.query(text, values as unknown[]), rows);
  }

  /** Runs work in a transaction and wakes the relay after its commit, so that nothing waits for the poll. */
  async transaction<T>(manager: EntityManager, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const result = await manager.transaction(work);
    this.relay.wake();
    return result;
  }
}
