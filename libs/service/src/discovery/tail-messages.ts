import { Logger } from '@nestjs/common';
import type { KafkaClient } from '@tradewind/messaging';
import { decode, type IncomingRecord, type Tail, type TailOptions } from '@tradewind/messaging/internals';
import type { MessageRegistry } from '@tradewind/messaging/message';

export type { Tail };

const logger = new Logger('Topics');

/**
 * Reads topics from their beginning to their end, and then what is published, without a consumer group. A message of an unknown type is
 * skipped; a record that cannot be read is logged and ignored.
 */
export function tailMessages(
  kafka: KafkaClient,
  contracts: MessageRegistry,
  { onMessage, ...options }: Omit<TailOptions, 'onRecords'> & { readonly onMessage: (message: object) => void },
): Promise<Tail> {
  const onRecord = (record: IncomingRecord): void => {
    const decoded = decode(record, contracts);
    if (decoded.poison) {
      const { topic, offset, key } = record;
      logger.warn('a record is ignored', { topic, offset, key }, decoded.poison);
    } else if (!decoded.skipped) onMessage(decoded.message);
  };
  return kafka.tail({ ...options, onRecords: (records) => records.forEach(onRecord) });
}
