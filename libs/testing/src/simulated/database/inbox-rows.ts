import type { Mark, ParkedMessage, ParkReason } from '@tradewind/messaging';
import { DatabaseError } from './database-error.js';
import type { DatabaseTransaction } from './database-transaction.js';
import { LockedRows, ValueIndex } from './locked-rows.js';

export interface ParkedLane extends ParkReason {
  readonly consumer: string;
  readonly lane: string;
  readonly key: string | null;
  readonly state: 'parked' | 'releasing';
}

interface KeptParked {
  readonly message: ParkedMessage;
  readonly place: number;
}

const inLane = (consumer: string, lane: string): string => JSON.stringify([consumer, lane]);
const ofConsumer = (consumer: string, id: string): string => `${consumer} ${id}`;

/** A copy that shares nothing. */
export const copiedMessage = (message: ParkedMessage): ParkedMessage => ({
  ...message,
  value: message.value === null ? null : Buffer.from(message.value),
  headers: { ...message.headers },
});

/** What every consumer has handled, and what it has set aside, lane by lane. */
export class InboxRows {
  readonly #inbox = new LockedRows<{ readonly consumer: string; readonly id: string; readonly lane: string }>(
    'msg_inbox',
  );
  readonly #lanes = new LockedRows<ParkedLane>('msg_parked_lanes');
  readonly #parked = new LockedRows<KeptParked>('msg_parked');
  readonly #byLane = this.#parked.index(
    new ValueIndex<KeptParked>(({ message }) => inLane(message.consumer, message.lane)),
  );
  #place = 0;

  /** The ids that are marked now, and those whose lane was parked when the statement began. */
  async mark(
    transaction: DatabaseTransaction,
    consumer: string,
    marks: readonly Mark[],
  ): Promise<{ fresh: Set<string>; waiting: Set<string> }> {
    const parked = (lane: string): boolean => this.#lanes.read(inLane(consumer, lane), transaction) !== undefined;
    const waiting = new Set(marks.filter(({ lane }) => parked(lane)).map(({ id }) => id));
    const fresh = new Set<string>();
    for (const { id, lane } of [...marks].sort((a, b) => (a.id < b.id ? -1 : 1))) {
      if (waiting.has(id)) continue;
      if (await transaction.insertIfNew(this.#inbox, ofConsumer(consumer, id), { consumer, id, lane })) fresh.add(id);
    }
    return { fresh, waiting };
  }

  /** Throws as a serialization failure when one of the lanes has been opened meanwhile. */
  async holdLanes(transaction: DatabaseTransaction, consumer: string, lanes: readonly string[]): Promise<void> {
    for (const lane of [...lanes].sort()) {
      if (!(await transaction.forUpdate(this.#lanes, inLane(consumer, lane))))
        throw new DatabaseError('40001', 'a lane was opened meanwhile');
    }
  }

  handled(transaction: DatabaseTransaction, consumer: string, ids: Iterable<string>): string[] {
    return [...ids].filter((id) => this.#inbox.read(ofConsumer(consumer, id), transaction) !== undefined);
  }

  neverHandled(consumer: string, ids: readonly string[]): ReadonlySet<string> {
    const known = (id: string): boolean =>
      this.#inbox.read(ofConsumer(consumer, id)) !== undefined ||
      this.#parked.read(ofConsumer(consumer, id)) !== undefined;
    return new Set(ids.filter((id) => !known(id)));
  }

  async unmark(transaction: DatabaseTransaction, consumer: string, ids: readonly string[]): Promise<void> {
    for (const id of ids) await transaction.update(this.#inbox, ofConsumer(consumer, id), () => undefined);
  }

  async openLane(
    transaction: DatabaseTransaction,
    { consumer, lane, key }: ParkedMessage,
    reason: ParkReason,
  ): Promise<void> {
    await transaction.upsert(this.#lanes, inLane(consumer, lane), (before) => ({
      consumer,
      lane,
      key: before ? before.key : key,
      state: 'parked' as const,
      ...reason,
    }));
  }

  async park(transaction: DatabaseTransaction, messages: readonly ParkedMessage[]): Promise<void> {
    for (const message of messages) {
      await transaction.insertIfNew(this.#parked, ofConsumer(message.consumer, message.messageId), {
        message,
        place: ++this.#place,
      });
    }
  }

  async isReleasing(transaction: DatabaseTransaction, consumer: string, lane: string): Promise<boolean> {
    return (await transaction.forUpdate(this.#lanes, inLane(consumer, lane)))?.state === 'releasing';
  }

  firstOf(transaction: DatabaseTransaction, consumer: string, lane: string): ParkedMessage | null {
    const keys = new Set([...this.#byLane.keys(inLane(consumer, lane)), ...transaction.written(this.#parked)]);
    const rows = [...keys]
      .flatMap((key) => this.#parked.read(key, transaction) ?? [])
      .filter(({ message }) => message.consumer === consumer && message.lane === lane);
    const first = rows.sort((a, b) => a.place - b.place)[0];
    return first ? copiedMessage(first.message) : null;
  }

  async closeLane(transaction: DatabaseTransaction, consumer: string, lane: string): Promise<void> {
    await transaction.update(this.#lanes, inLane(consumer, lane), () => undefined);
  }

  async unpark(transaction: DatabaseTransaction, consumer: string, id: string): Promise<boolean> {
    return (await transaction.update(this.#parked, ofConsumer(consumer, id), () => undefined)) !== undefined;
  }

  async markOne(transaction: DatabaseTransaction, consumer: string, id: string, lane: string): Promise<boolean> {
    return transaction.insertIfNew(this.#inbox, ofConsumer(consumer, id), { consumer, id, lane });
  }

  async release(transaction: DatabaseTransaction, consumer: string, lane: string): Promise<boolean> {
    return (
      (await transaction.update(this.#lanes, inLane(consumer, lane), (row) => ({
        ...row,
        state: 'releasing' as const,
      }))) !== undefined
    );
  }

  lanes(): ParkedLane[] {
    return [...this.#lanes.all()].map(([, row]) => ({ ...row })).sort((a, b) => (a.lane < b.lane ? -1 : 1));
  }

  parked(): ParkedMessage[] {
    return [...this.#parked.all()]
      .map(([, row]) => row)
      .sort((a, b) => a.place - b.place)
      .map(({ message }) => copiedMessage(message));
  }

  parkedCount(): number {
    return [...this.#parked.all()].length;
  }

  committed(): { consumer: string; id: string; lane: string }[] {
    return [...this.#inbox.all()].map(([, row]) => ({ ...row }));
  }
}
