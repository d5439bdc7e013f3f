import { topics } from '@tradewind/contracts';
import kafkajs from 'kafkajs';

const topic = topics.userDataKeys.name;
const topicResource = 2;
const setOnTopic = 1;

/** Two days in seconds: segments are closed, compacted and deleted at once, and so are the tombstones in them. */
const fast = {
  'cleanup.policy': 'compact',
  'segment.ms': '100',
  'max.compaction.lag.ms': '1',
  'min.cleanable.dirty.ratio': '0.0',
  'delete.retention.ms': '0',
  'file.delete.delay.ms': '0',
};

/** Runs `work` while the broker compacts `user.data-keys` all the time, and gives the topic its settings back. */
export async function withFastCompaction<T>(brokers: string, work: () => Promise<T>): Promise<T> {
  const admin = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING }).admin();
  const alter = (settings: Readonly<Record<string, string>>) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: topicResource,
          name: topic,
          configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
        },
      ],
    });
  await admin.connect();
  try {
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: topicResource, name: topic }],
    });
    const before = (resources[0]?.configEntries ?? []).filter(
      ({ configSource }) => (configSource as number) === setOnTopic,
    );
    await alter(fast);
    try {
      return await work();
    } finally {
      await alter(Object.fromEntries(before.map(({ configName, configValue }) => [configName, configValue])));
    }
  } finally {
    await admin.disconnect();
  }
}
