import type { IncomingRecord, KafkaClient, Subscription, TopicPartition } from '@tradewind/messaging';
import { withPrefix } from '../../../tools/ops/testing/prefixed-kafka.js';
import { replacing } from '../shop/replacing.js';

/** The same broker, where every topic and every group has a name of its own: other shops that use it are neither heard nor disturbed. */
export function withOwnNames(kafka: KafkaClient, prefix: string): KafkaClient {
  const out = <T extends TopicPartition>(each: T): T => ({ ...each, topic: prefix + each.topic });
  const back = <T extends { readonly topic: string }>(each: T): T => ({
    ...each,
    topic: each.topic.slice(prefix.length),
  });
  const named = withPrefix(kafka, prefix);
  const subscribe: KafkaClient['subscribe'] = async (options): Promise<Subscription> => {
    const subscription = await kafka.subscribe({
      ...options,
      group: prefix + options.group,
      topics: options.topics.map((topic) => prefix + topic),
      onRecords: (records: readonly IncomingRecord[]) => options.onRecords(records.map(back)),
      onAssigned: (partitions) => options.onAssigned(partitions.map(back)),
    });
    return replacing(subscription, {
      commit: (positions) => subscription.commit(positions.map(out)),
      seek: (positions) => subscription.seek(positions.map(out)),
      pause: (partitions) => subscription.pause(partitions?.map(out)),
      resume: (partitions) => subscription.resume(partitions?.map(out)),
    });
  };
  return replacing(named, { subscribe, committed: (group, topics) => named.committed(prefix + group, topics) });
}
