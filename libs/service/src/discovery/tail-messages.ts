import { Logger } from '@nestjs/common';
import type { KafkaClient } from '@tradewind/messaging';
import { decode, type IncomingRecord, type Tail, type TailOptions } from '@tradewind/messaging/internals';
import type { MessageRegistry } from '@tradewind/messaging/message';

export type { Tail };

const logger = new Logger('Topics');

/** A record that is not used, and why. */
export interface IgnoredRecord {
  readonly record: IncomingRecord;
  readonly error: unknown;
}

export interface TailMessagesOptions extends Omit<TailOptions, 'onRecords'> {
  /** What it throws says that the message cannot be used. */
  readonly onMessage: (message: object) => void;
  readonly onIgnored?: (ignored: IgnoredRecord) => void;
}

/**
 * Reads topics from their beginning to their end, and then what is published, without a consumer group. A message of an unknown type is
 * skipped; a record that cannot be read or used is logged and ignored: no record stops the reading.
 */
export function tailMessages(
  kafka: KafkaClient,
  contracts: MessageRegistry,
  { onMessage, onIgnored, ...options }: TailMessagesOptions,
): Promise<Tail> {
  const ignore = (record: IncomingRecord, error: unknown): void => {
    const { topic, partition, offset, key } = record;
    logger.warn('a record is ignored', { topic, partition, offset, key }, error);
    onIgnored?.({ record, error });
  };
  const onRecord = (record: IncomingRecord): void => {
    const decoded = decode(record, contracts);
    if (decoded.poison) return ignore(record, decoded.poison);
    if (decoded.skipped) return;
    try {
      onMessage(decoded.message);
    } catch (error) {
      ignore(record, error);
    }
  };
  return kafka.tail({ ...options, onRecords: (records) => records.forEach(onRecord) });
}
