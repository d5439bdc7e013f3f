import type { KafkaClient } from '@tradewind/messaging';

type Named = { readonly topic: string };

/** The same broker, where every topic has another name: several shops share it without seeing each other's records. */
export function withPrefix(kafka: KafkaClient, prefix: string): KafkaClient {
  const out = <T extends Named>(each: T): T => ({ ...each, topic: prefix + each.topic });
  const back = <T extends Named>(each: T): T => ({ ...each, topic: each.topic.slice(prefix.length) });
  const names = (topics: readonly string[]): string[] => topics.map((topic) => prefix + topic);
  return {
    publisher: async () => {
      const publisher = await kafka.publisher();
      return {
        publish: async (records) => (await publisher.publish(records.map(out))).map(back),
        close: () => publisher.close(),
      };
    },
    subscribe: () => Promise.reject(new Error('nobody subscribes through a prefix')),
    tail: ({ topics, onRecords, onDead }) =>
      kafka.tail({ topics: names(topics), onRecords: (records) => onRecords(records.map(back)), onDead }),
    read: ({ ranges, onRecords, ...rest }) =>
      kafka.read({ ...rest, ranges: ranges.map(out), onRecords: (records) => onRecords(records.map(back)) }),
    offsetsAt: async (topics, time) => (await kafka.offsetsAt(names(topics), time)).map(back),
    setPositions: (group, positions) => kafka.setPositions(group, positions.map(out)),
    forgetPositions: (group) => kafka.forgetPositions(group),
    endOffsets: async (topics) => (await kafka.endOffsets(names(topics))).map(back),
    committed: async (group, topics) => (await kafka.committed(group, names(topics))).map(back),
    provision: (topics) => kafka.provision(topics.map((topic) => ({ ...topic, name: prefix + topic.name }))),
    grow: (topic, partitions) => kafka.grow(prefix + topic, partitions),
    check: (topics) => kafka.check(topics.map((topic) => ({ ...topic, name: prefix + topic.name }))),
    close: () => kafka.close(),
  };
}
