import { topics } from '@tradewind/contracts';
import { kafkaClient } from '@tradewind/messaging';

/** Sets the offsets of a group without members to the beginning of a topic, so that it reads every message again. */
export async function resetOffsets(brokers: string, group: string, topic: string): Promise<void> {
  const { partitions } = Object.values(topics).find(({ name }) => name === topic)!;
  const kafka = kafkaClient({ brokers: brokers.split(','), clientId: 'tradewind-reset-offsets' });
  try {
    await kafka.setOffsets(
      group,
      Array.from({ length: partitions }, (_, partition) => ({ topic, partition, offset: 0n })),
    );
  } finally {
    await kafka.close();
  }
}
