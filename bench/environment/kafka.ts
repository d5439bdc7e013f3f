import { kafkaClient, type KafkaClient, type Topic } from '@tradewind/messaging';

export const connectKafka = (brokers: string, clientId = 'bench'): KafkaClient =>
  kafkaClient({ brokers: brokers.split(','), clientId });

export async function createTopics(brokers: string, topics: readonly Topic[]): Promise<void> {
  const kafka = connectKafka(brokers);
  await kafka.provision(topics);
  await kafka.close();
}

/** Whether a group has committed everything on a topic. */
export async function hasCommittedAll(kafka: KafkaClient, group: string, topic: string): Promise<boolean> {
  const committed = new Map(
    (await kafka.committedOffsets(group, [topic])).map(({ partition, offset }) => [partition, offset]),
  );
  return (await kafka.endOffsets([topic])).every(
    ({ partition, start, end }) => (committed.get(partition) ?? start) >= end,
  );
}
