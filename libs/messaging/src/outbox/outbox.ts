import { message, type OutgoingMessage } from '@tradewind/saga';
import type { EntityManager } from 'typeorm';
import { newId } from '@tradewind/kernel';
import type { MessageClass } from '../message/index.js';
import type { OutboxAppender, RuntimePorts } from '../ports/index.js';
import { decisionSpans } from '../tracing/index.js';
import { toOutboxRow } from './envelope.js';
import { OutboxNeedsTransaction } from './outbox-errors.js';
import type { Relay } from './relay.js';

/**
 * Publishes messages from code with its own TypeORM transaction. After the commit each message is published at least once, per
 * key in commit order; after a rollback never.
 */
export class Outbox {
  constructor(
    private readonly append: OutboxAppender,
    private readonly relay: Relay,
    private readonly ports: RuntimePorts,
  ) {}

  /** Throws OutboxNeedsTransaction outside a transaction, a TypeError on an invalid message, PayloadTooLarge on a big one. */
  async publish<M extends object>(manager: EntityManager, cls: MessageClass<M>, fields: NoInfer<M>): Promise<void> {
    await this.publishAll(manager, [message(cls, fields)]);
  }

  async publishAll(manager: EntityManager, messages: readonly OutgoingMessage[]): Promise<void> {
    const { queryRunner } = manager;
    if (!queryRunner?.isTransactionActive) throw new OutboxNeedsTransaction();
    const at = this.ports.clock.now();
    const spans = decisionSpans();
    const rows = messages.map((each) => {
      const id = newId(this.ports);
      return toOutboxRow(each, { id, at, cause: id, correlation: undefined }, spans);
    });
    await this.append((text, values) => manager.query(text, [...values]), rows);
    spans?.end();
  }

  /** Runs `work` in a transaction and wakes the relay after the commit, so that nothing waits for its poll. */
  async transaction<T>(manager: EntityManager, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const result = await manager.transaction(work);
    this.relay.wake();
    return result;
  }
}
