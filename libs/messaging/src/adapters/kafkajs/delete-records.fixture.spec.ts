import kafkajs from 'kafkajs';

const brokers = process.env['TEST_KAFKA_BROKERS']!;

/** Deletes the records of a partition before an offset, as retention does. */
export async function deleteRecords(name: string, partition: number, before: bigint): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  try {
    await admin.fetchTopicOffsets(name); // loads the metadata
    await admin.deleteTopicRecords({ topic: name, partitions: [{ partition, offset: before.toString() }] });
  } finally {
    await admin.disconnect();
  }
}
