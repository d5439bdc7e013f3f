import type { InboxMark, DeadLetter, DeadLetterReason } from '@tradewind/messaging/internals';
import { DatabaseError } from './database-error.js';
import type { DatabaseTransaction } from './database-transaction.js';
import { LockedRows, ValueIndex } from './locked-rows.js';

/** A key whose messages wait for an operator. */
export interface BlockedKeyRow extends DeadLetterReason {
  readonly consumer: string;
  readonly orderingKey: string;
  readonly key: string | null;
  readonly state: 'blocked' | 'redriving';
}

interface StoredDeadLetter {
  readonly message: DeadLetter;
  readonly position: number;
}

interface StoredMark {
  readonly consumer: string;
  readonly id: string;
  readonly orderingKey: string;
  readonly receivedAt: number;
}

const blockedKeyId = (consumer: string, orderingKey: string): string => JSON.stringify([consumer, orderingKey]);
const inboxId = (consumer: string, id: string): string => `${consumer} ${id}`;

/** A deep copy. */
export const copyOf = (message: DeadLetter): DeadLetter => ({
  ...message,
  value: message.value === null ? null : Buffer.from(message.value),
  headers: { ...message.headers },
});

/** Handled messages, dead letters and blocked keys of all consumers. */
export class InboxRows {
  readonly #inbox = new LockedRows<StoredMark>('msg_inbox');
  readonly #blockedKeys = new LockedRows<BlockedKeyRow>('msg_blocked_keys');
  readonly #deadLetters = new LockedRows<StoredDeadLetter>('msg_dead_letters');
  readonly #byKey = this.#deadLetters.index(
    new ValueIndex<StoredDeadLetter>(({ message }) => blockedKeyId(message.consumer, message.orderingKey)),
  );
  readonly #pruned: StoredMark[] = [];
  #position = 0;

  /** Returns the ids that were marked, and those whose ordering key was blocked at the start of the statement. */
  async mark(
    transaction: DatabaseTransaction,
    consumer: string,
    marks: readonly InboxMark[],
  ): Promise<{ newIds: Set<string>; blocked: Set<string> }> {
    const isBlocked = (orderingKey: string): boolean =>
      this.#blockedKeys.read(blockedKeyId(consumer, orderingKey), transaction) !== undefined;
    const blocked = new Set(marks.filter(({ orderingKey }) => isBlocked(orderingKey)).map(({ id }) => id));
    const newIds = new Set<string>();
    for (const { id, orderingKey } of [...marks].sort((a, b) => (a.id < b.id ? -1 : 1))) {
      if (blocked.has(id)) continue;
      const mark = { consumer, id, orderingKey, receivedAt: transaction.startedAt };
      if (await transaction.insertIfNew(this.#inbox, inboxId(consumer, id), mark)) newIds.add(id);
    }
    return { newIds, blocked };
  }

  /** Locks the blocked keys. Throws a serialization failure when one of them was unblocked meanwhile. */
  async lockBlockedKeys(
    transaction: DatabaseTransaction,
    consumer: string,
    orderingKeys: readonly string[],
  ): Promise<void> {
    for (const orderingKey of [...orderingKeys].sort()) {
      if (!(await transaction.forUpdate(this.#blockedKeys, blockedKeyId(consumer, orderingKey))))
        throw new DatabaseError('40001', 'a blocked key was unblocked concurrently');
    }
  }

  handled(transaction: DatabaseTransaction, consumer: string, ids: Iterable<string>): string[] {
    return [...ids].filter((id) => this.#inbox.read(inboxId(consumer, id), transaction) !== undefined);
  }

  notHandled(consumer: string, ids: readonly string[]): ReadonlySet<string> {
    const known = (id: string): boolean =>
      this.#inbox.read(inboxId(consumer, id)) !== undefined ||
      this.#deadLetters.read(inboxId(consumer, id)) !== undefined;
    return new Set(ids.filter((id) => !known(id)));
  }

  async unmark(transaction: DatabaseTransaction, consumer: string, ids: readonly string[]): Promise<void> {
    for (const id of ids) await transaction.update(this.#inbox, inboxId(consumer, id), () => undefined);
  }

  async block(
    transaction: DatabaseTransaction,
    { consumer, orderingKey, key }: DeadLetter,
    reason: DeadLetterReason,
  ): Promise<void> {
    await transaction.upsert(this.#blockedKeys, blockedKeyId(consumer, orderingKey), (before) => ({
      consumer,
      orderingKey,
      key: before ? before.key : key,
      state: 'blocked' as const,
      ...reason,
    }));
  }

  async addDeadLetters(transaction: DatabaseTransaction, messages: readonly DeadLetter[]): Promise<void> {
    for (const message of messages) {
      await transaction.insertIfNew(this.#deadLetters, inboxId(message.consumer, message.messageId), {
        message,
        position: ++this.#position,
      });
    }
  }

  async isRedriving(transaction: DatabaseTransaction, consumer: string, orderingKey: string): Promise<boolean> {
    return (await transaction.forUpdate(this.#blockedKeys, blockedKeyId(consumer, orderingKey)))?.state === 'redriving';
  }

  firstDeadLetter(transaction: DatabaseTransaction, consumer: string, orderingKey: string): DeadLetter | null {
    const keys = new Set([
      ...this.#byKey.keys(blockedKeyId(consumer, orderingKey)),
      ...transaction.lockedKeys(this.#deadLetters),
    ]);
    const rows = [...keys]
      .flatMap((key) => this.#deadLetters.read(key, transaction) ?? [])
      .filter(({ message }) => message.consumer === consumer && message.orderingKey === orderingKey);
    const first = rows.sort((a, b) => a.position - b.position)[0];
    return first ? copyOf(first.message) : null;
  }

  async unblock(transaction: DatabaseTransaction, consumer: string, orderingKey: string): Promise<void> {
    await transaction.update(this.#blockedKeys, blockedKeyId(consumer, orderingKey), () => undefined);
  }

  async removeDeadLetter(transaction: DatabaseTransaction, consumer: string, id: string): Promise<boolean> {
    return (await transaction.update(this.#deadLetters, inboxId(consumer, id), () => undefined)) !== undefined;
  }

  async markOne(transaction: DatabaseTransaction, consumer: string, id: string, orderingKey: string): Promise<boolean> {
    const mark = { consumer, id, orderingKey, receivedAt: transaction.startedAt };
    return transaction.insertIfNew(this.#inbox, inboxId(consumer, id), mark);
  }

  async redrive(transaction: DatabaseTransaction, consumer: string, orderingKey: string): Promise<boolean> {
    return (
      (await transaction.update(this.#blockedKeys, blockedKeyId(consumer, orderingKey), (row) => ({
        ...row,
        state: 'redriving' as const,
      }))) !== undefined
    );
  }

  get isUnused(): boolean {
    return this.received().length === 0 && this.deadLetterCount() === 0;
  }

  blockedKeys(): BlockedKeyRow[] {
    return [...this.#blockedKeys.all()]
      .map(([, row]) => ({ ...row }))
      .sort((a, b) => (a.orderingKey < b.orderingKey ? -1 : 1));
  }

  deadLetters(): DeadLetter[] {
    return [...this.#deadLetters.all()]
      .map(([, row]) => row)
      .sort((a, b) => a.position - b.position)
      .map(({ message }) => copyOf(message));
  }

  deadLetterCount(): number {
    return [...this.#deadLetters.all()].length;
  }

  /** Removes a mark that the consumer needs no more. */
  async prune(transaction: DatabaseTransaction, consumer: string, id: string): Promise<void> {
    const mark = await transaction.update(this.#inbox, inboxId(consumer, id), () => undefined);
    if (mark) this.#pruned.push(mark);
  }

  get prunedCount(): number {
    return this.#pruned.length;
  }

  /** Every message that was ever marked, pruned ones too. */
  committed(): { consumer: string; id: string; orderingKey: string }[] {
    return [...this.received(), ...this.#pruned].map(({ consumer, id, orderingKey }) => ({
      consumer,
      id,
      orderingKey,
    }));
  }

  /** With the time of the database at which each message was marked. */
  received(): StoredMark[] {
    return [...this.#inbox.all()].map(([, row]) => ({ ...row }));
  }
}
