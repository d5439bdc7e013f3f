import { Kafka, logLevel } from 'kafkajs';
import { topics } from '@tradewind/contracts';

/** Has a group that nobody is in read its topics from the beginning again. */
export async function rewind(brokers: string, groupId: string, ...names: readonly string[]): Promise<void> {
  const admin = new Kafka({
    clientId: 'tradewind-rewind',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
  }).admin();
  await admin.connect();
  try {
    for (const { name, partitions } of Object.values(topics).filter((topic) => names.includes(topic.name))) {
      await admin.setOffsets({
        groupId,
        topic: name,
        partitions: Array.from({ length: partitions }, (_, partition) => ({ partition, offset: '0' })),
      });
    }
  } finally {
    await admin.disconnect();
  }
}
