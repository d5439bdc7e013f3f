import type { KafkaClient } from '@tradewind/messaging';

type Named = { readonly topic: string };

/** Adds a prefix to the name of every topic, so that several tests share one broker without each other's records. */
export function withTopicPrefix(kafka: KafkaClient, prefix: string): KafkaClient {
  const prefixed = <T extends Named>(each: T): T => ({ ...each, topic: prefix + each.topic });
  const unprefixed = <T extends Named>(each: T): T => ({ ...each, topic: each.topic.slice(prefix.length) });
  const names = (topics: readonly string[]): string[] => topics.map((topic) => prefix + topic);
  return {
    publisher: async () => {
      const publisher = await kafka.publisher();
      return {
        publish: async (records) => (await publisher.publish(records.map(prefixed))).map(unprefixed),
        close: () => publisher.close(),
      };
    },
    subscribe: () => Promise.reject(new Error('a prefixed client has no subscriptions')),
    tail: ({ topics, onRecords, onFatal }) =>
      kafka.tail({ topics: names(topics), onRecords: (records) => onRecords(records.map(unprefixed)), onFatal }),
    read: ({ ranges, onRecords, ...rest }) =>
      kafka.read({ ...rest, ranges: ranges.map(prefixed), onRecords: (records) => onRecords(records.map(unprefixed)) }),
    offsetsAt: async (topics, time) => (await kafka.offsetsAt(names(topics), time)).map(unprefixed),
    setOffsets: (group, offsets) => kafka.setOffsets(group, offsets.map(prefixed)),
    startAt: (group, offsets) => kafka.startAt(group, offsets.map(prefixed)),
    deleteOffsets: (group) => kafka.deleteOffsets(group),
    endOffsets: async (topics) => (await kafka.endOffsets(names(topics))).map(unprefixed),
    committedOffsets: async (group, topics) => (await kafka.committedOffsets(group, names(topics))).map(unprefixed),
    provision: (topics) => kafka.provision(topics.map((topic) => ({ ...topic, name: prefix + topic.name }))),
    increasePartitions: (topic, partitions) => kafka.increasePartitions(prefix + topic, partitions),
    check: (topics) => kafka.check(topics.map((topic) => ({ ...topic, name: prefix + topic.name }))),
    close: () => kafka.close(),
  };
}
