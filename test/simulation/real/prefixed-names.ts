import type { KafkaClient } from '@tradewind/messaging';
import type { IncomingRecord, OffsetRange, Subscription, TopicPartition } from '@tradewind/messaging/internals';
import { withTopicPrefix } from '../../../tools/audit/testing/prefixed-kafka.js';
import { overrideMethods } from '../shop/override-methods.js';

/** Prefixes every topic and group, so that several shops can share one broker. */
export function withPrefixedNames(kafka: KafkaClient, prefix: string): KafkaClient {
  const out = <T extends TopicPartition>(each: T): T => ({ ...each, topic: prefix + each.topic });
  const back = <T extends { readonly topic: string }>(each: T): T => ({
    ...each,
    topic: each.topic.slice(prefix.length),
  });
  const named = withTopicPrefix(kafka, prefix);
  const subscribe: KafkaClient['subscribe'] = async (options): Promise<Subscription> => {
    const subscription = await kafka.subscribe({
      ...options,
      group: prefix + options.group,
      topics: options.topics.map((topic) => prefix + topic),
      onRecords: (records: readonly IncomingRecord[], ranges: readonly OffsetRange[]) =>
        options.onRecords(records.map(back), ranges.map(back)),
      onAssigned: (partitions) => options.onAssigned(partitions.map(back)),
    });
    return overrideMethods(subscription, {
      commit: (offsets) => subscription.commit(offsets.map(out)),
      seek: (offsets) => subscription.seek(offsets.map(out)),
      pause: (partitions) => subscription.pause(partitions?.map(out)),
      resume: (partitions) => subscription.resume(partitions?.map(out)),
    });
  };
  return overrideMethods(named, {
    subscribe,
    committedOffsets: (group, topics) => named.committedOffsets(prefix + group, topics),
  });
}
