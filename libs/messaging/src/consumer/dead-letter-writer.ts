import { Transient } from '@tradewind/kernel';
import type { Decoded } from '../handling/decoded.js';
import {
  textOf,
  type DeadLetter,
  type DeadLetterReason,
  type Log,
  type RuntimePorts,
  type Store,
} from '../ports/index.js';
import { recordFields } from '../tracing/index.js';
import { deadLetterRecord } from './dead-letter-record.js';

export interface DeadLetterWriterOptions {
  readonly group: string;
  /** The name of the dead letter topic, where there is one. */
  readonly deadLetters: string | undefined;
  readonly log: Log;
}

/** Writes dead letters and blocks their ordering keys, until an operator redrives them. */
export class DeadLetterWriter {
  constructor(
    private readonly store: Store,
    private readonly ports: RuntimePorts,
    private readonly options: DeadLetterWriterOptions,
  ) {}

  /** In a transaction of its own, before later messages of the key are looked at: they find the key blocked and wait. */
  async write(decoded: Decoded, error: unknown, attempts: number): Promise<void> {
    const { group, deadLetters, log } = this.options;
    const letter = this.#deadLetterOf(decoded);
    const { messageId: id, topic, partition, offset } = letter;
    const reason: DeadLetterReason = {
      cause: error instanceof Error ? error.name : 'failure',
      detail: textOf(error),
      attempts,
    };
    const isNew = await this.store.transaction(async (transaction) => {
      const { duplicates, blocked } = await transaction.mark(group, [{ id, orderingKey: letter.orderingKey }]);
      if (duplicates.has(id)) return false;
      if (!blocked.has(id)) await transaction.unmark(group, [id]);
      await transaction.addDeadLetters([letter], blocked.has(id) ? null : reason);
      // crashpoint: dead-letters.after-write
      if (deadLetters !== undefined)
        await transaction.append([deadLetterRecord(letter, reason, deadLetters, this.ports)]);
      return true;
    });
    if (!isNew) return;
    log('error', 'a message is dead-lettered and blocks its key', {
      group,
      id,
      topic,
      partition,
      offset: offset.toString(),
      ...reason,
      ...recordFields(letter),
    });
  }

  /** Adds a message behind the first dead letter of its blocked key. */
  async writeBehind(decoded: Decoded): Promise<void> {
    const { group } = this.options;
    const { id, orderingKey } = decoded;
    await this.store.transaction(async (transaction) => {
      const { blocked } = await transaction.mark(group, [{ id, orderingKey }]);
      if (!blocked.has(id)) throw new Transient('the key was unblocked concurrently: the message is handled again');
      await transaction.addDeadLetters([this.#deadLetterOf(decoded)], null);
      // crashpoint: dead-letters.after-write-behind
    });
  }

  #deadLetterOf({ record, id, orderingKey }: Decoded): DeadLetter {
    return { ...record, consumer: this.options.group, messageId: id, orderingKey };
  }
}
