import kafkajs, { type Admin } from 'kafkajs';
import { topicSettings, type Topic } from '../../message/index.js';
import { TopicMismatch } from '../../ports/errors.js';
import { systemTimers } from '../system/system.js';
import { unknownCodec, type Codecs } from './codecs.js';
import { causesOf } from './kafkajs-access.js';

/** New partitions are polled at this interval, until the timeout. */
const intervalMs = 100;
const timeoutMs = 15_000;

const tooFew = ({ name, partitions }: Topic, found: number): string =>
  `the topic ${name} has ${found} partitions, ${partitions} are declared: increase its partitions before you declare more, so that its keys keep their order`;

/** The clocks of services may be wrong. A topic with the times of its publishers works too, so it is not checked. */
const timeOfBroker = { name: 'message.timestamp.type', value: 'LogAppendTime' };

export async function provisionTopics(admin: Admin, topics: readonly Topic[], codecs: Codecs): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = topics.filter(({ name, foreign }) => !existing.has(name) && (!foreign || foreign.create));
  if (missing.length > 0) {
    await admin.createTopics({
      waitForLeaders: false,
      topics: missing.map((topic) => ({
        topic: topic.name,
        numPartitions: topic.partitions,
        replicationFactor: -1,
        configEntries: topic.foreign ? [] : [...topicSettings(topic), timeOfBroker],
      })),
    });
    await retryUntilLed(() => Promise.all(missing.map(({ name }) => admin.fetchTopicOffsets(name))));
  }
  await checkTopics(admin, topics, { codecs });
}

/** A KRaft broker answers before it knows a new partition, and kafkajs treats that error as final. A partition whose offsets can be read has a leader. */
async function retryUntilLed(check: () => Promise<unknown>): Promise<void> {
  for (let waitedMs = 0; ; waitedMs += intervalMs) {
    try {
      await check();
      return;
    } catch (error) {
      if (waitedMs >= timeoutMs) throw error;
      await systemTimers.wait(intervalMs);
    }
  }
}

interface TopicCheck {
  /** The owner decides how long its records are kept: of the topics of others only the cleanup policy is compared. */
  readonly owner?: string | undefined;
  readonly codecs: Codecs;
}

export async function checkTopics(admin: Admin, all: readonly Topic[], check: TopicCheck): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = all.filter((topic) => !existing.has(topic.name));
  if (missing[0]) {
    // Brokers do not list topics without the permission to describe them.
    await checkSettings(admin, missing, check).catch((error: unknown) => rethrowDenial(error));
    const { name, foreign } = missing[0];
    throw new TopicMismatch(
      `the ${foreign ? 'foreign topic' : 'topic'} ${name} does not exist: ${foreign ? 'its owner must create it' : 'provision the topics first'}`,
    );
  }
  // Everything else of a foreign topic is the choice of its owner, and not every reader may see its settings.
  const foreign = all.filter((topic) => topic.foreign);
  await checkSettings(admin, foreign, check).catch((error: unknown) => rethrowUnlessDenied(error));
  const topics = all.filter(({ foreign }) => !foreign);
  if (topics.length === 0) return;
  const metadata = await admin.fetchTopicMetadata({ topics: topics.map(({ name }) => name) });
  const counts = new Map(metadata.topics.map(({ name, partitions }) => [name, partitions.length]));
  for (const topic of topics) {
    const count = counts.get(topic.name) ?? 0;
    if (count < topic.partitions) throw new TopicMismatch(tooFew(topic, count));
  }
  await checkSettings(admin, topics, check);
}

function rethrowDenial(error: unknown): void {
  if (isDenied(error)) throw error;
}

function rethrowUnlessDenied(error: unknown): void {
  if (!isDenied(error)) throw error;
}

const isDenied = (error: unknown): boolean => causesOf(error).some(({ type }) => type === 'TOPIC_AUTHORIZATION_FAILED');

export async function increasePartitions(admin: Admin, topic: string, partitions: number): Promise<void> {
  const { length: existing } = await admin.fetchTopicOffsets(topic);
  if (existing > partitions)
    throw new TopicMismatch(
      `the topic ${topic} has ${existing} partitions already, and Kafka cannot remove partitions`,
    );
  if (existing < partitions) await admin.createPartitions({ topicPartitions: [{ topic, count: partitions }] });
  await retryUntilLed(async () => {
    const { length: led } = await admin.fetchTopicOffsets(topic);
    if (led < partitions) throw new Error(`the topic ${topic} shows ${led} of ${partitions} partitions`);
  });
}

const compressionType = 'compression.type';

async function checkSettings(admin: Admin, topics: readonly Topic[], { owner, codecs }: TopicCheck): Promise<void> {
  if (topics.length === 0) return;
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((topic) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name: topic.name,
      configNames: [...topicSettings(topic).map(({ name }) => name), compressionType],
    })),
  });
  const entriesOf = new Map(resources.map(({ resourceName, configEntries }) => [resourceName, configEntries]));
  for (const topic of topics) {
    const valueOf = (name: string): string | undefined =>
      entriesOf.get(topic.name)?.find(({ configName }) => configName === name)?.configValue;
    const compression = valueOf(compressionType);
    if (compression !== undefined && !codecs.knows(compression))
      throw new TopicMismatch(
        `the topic ${topic.name} has ${compressionType}=${compression}: ${unknownCodec(compression)}`,
      );
    if (topic.foreign) continue;
    const isOwn = owner === undefined || topic.owner === owner;
    for (const { name, value } of topicSettings(topic).slice(0, isOwn ? undefined : 1)) {
      const found = valueOf(name);
      if (found !== undefined && found !== value)
        throw new TopicMismatch(`the topic ${topic.name} has ${name}=${found}, ${value} is declared`);
    }
  }
}
