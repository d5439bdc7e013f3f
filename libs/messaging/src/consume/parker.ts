import type { Log } from '../messaging.options.js';
import type { ParkedMessage, ParkReason, Store } from '../store/store.js';
import type { World } from '../system.js';
import { parkedNote } from './dead-letters.js';
import type { Decoded } from './decode.js';

export const textOf = (error: unknown): string =>
  error instanceof Error ? error.message : String((error as { message?: unknown } | null)?.message ?? error);

/** Sets messages aside with their lane, for an operator. */
export class Parker {
  constructor(
    private readonly store: Store,
    private readonly world: World,
    private readonly options: { readonly group: string; readonly deadLetters: string | undefined; readonly log: Log },
  ) {}

  /** In a transaction of its own, before the later messages of the lane are looked at: they find it parked and wait behind. */
  async park(decoded: Decoded, error: unknown, tries: number): Promise<void> {
    const { group, deadLetters, log } = this.options;
    const parked = this.#parkedOf(decoded);
    const reason: ParkReason = { cause: error instanceof Error ? error.name : 'failure', detail: textOf(error), tries };
    const first = await this.store.transaction(async (transaction) => {
      const { seen, waiting } = await transaction.mark(group, [{ id: parked.messageId, lane: parked.lane }]);
      if (seen.has(parked.messageId)) return false;
      if (!waiting.has(parked.messageId)) await transaction.unmark(group, [parked.messageId]);
      await transaction.park([parked], waiting.has(parked.messageId) ? null : reason);
      // crashpoint: parker.after-park
      if (deadLetters !== undefined) await transaction.append([parkedNote(parked, reason, deadLetters, this.world)]);
      return true;
    });
    if (!first) return;
    const { messageId: id, topic, partition, offset } = parked;
    log('error', 'a message is parked with its key', {
      group,
      id,
      topic,
      partition,
      offset: offset.toString(),
      ...reason,
    });
  }

  /** Behind the first of a lane that is parked already. */
  async parkBehind(decoded: Decoded): Promise<void> {
    await this.store.transaction(async (transaction) => {
      const { waiting } = await transaction.mark(this.options.group, [{ id: decoded.id, lane: decoded.lane }]);
      if (!waiting.has(decoded.id)) throw new LaneReopened();
      await transaction.park([this.#parkedOf(decoded)], null);
      // crashpoint: parker.after-park-behind
    });
  }

  #parkedOf({ record, id, lane }: Decoded): ParkedMessage {
    return { ...record, consumer: this.options.group, messageId: id, lane };
  }
}

/** The lane was opened between the batch's look and ours: the message is simply handled again. */
class LaneReopened extends Error {
  readonly code = '40001';
}
