import type { KafkaClient } from '@tradewind/messaging';

/** Whether a group has committed all that is on a topic. */
export async function standsAtEnds(kafka: KafkaClient, group: string, topic: string): Promise<boolean> {
  const positions = new Map((await kafka.committed(group, [topic])).map(({ partition, next }) => [partition, next]));
  return (await kafka.endOffsets([topic])).every(
    ({ partition, start, end }) => (positions.get(partition) ?? start) >= end,
  );
}
