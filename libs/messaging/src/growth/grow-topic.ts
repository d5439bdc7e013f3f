import type { DataSource } from 'typeorm';
import type { Topic } from '../contract/index.js';
import type { KafkaClient } from '../kafka/kafka-client.js';
import type { MessagingOptions } from '../messaging.options.js';
import { ownTopics } from '../outbox/own-topics.js';
import type { World } from '../system.js';
import { GrowthRefused } from './growth-refused.js';
import { aloneOn, sizeIn, takeBack, wish } from './growth-sql.js';

/** Milliseconds between looks whether the relay has taken it up, and until it is said that none does. */
const interval = 250;
const patience = 30_000;

/** What a growth works on: the service that writes the topic, which may run and should. */
export interface GrowthContext {
  readonly options: Pick<MessagingOptions, 'service' | 'contracts' | 'deadLetters'>;
  readonly dataSource: DataSource;
  readonly kafka: KafkaClient;
  readonly world: World;
  /** Told about once a second. */
  readonly onProgress?: (line: string) => void;
  /** Aborted: waits no longer. What was begun is finished by the relay, or by the same call made again. */
  readonly signal?: AbortSignal;
}

export interface TopicStanding {
  readonly topic: string;
  /** From which the relay reckons the place of a key. */
  readonly inForce: number;
  readonly growingTo: number | null;
  readonly onBrokers: number;
}

export interface GrowthWish {
  readonly topic: string;
  readonly partitions: number;
  /** Why; kept in `msg_operator_actions`. */
  readonly reason: string;
}

/** Throws GrowthRefused where the topic is not the service's own, or is compacted. */
export async function standingOf({ options, dataSource, kafka }: GrowthContext, name: string): Promise<TopicStanding> {
  const { partitions } = growable(options, name);
  const onBrokers = (await kafka.endOffsets([name])).length;
  const size = await sizeIn(dataSource, name);
  return { topic: name, inForce: size?.partitions ?? partitions, growingTo: size?.growingTo ?? null, onBrokers };
}

/**
 * Gives a topic more partitions while it is published to and read, and keeps each key's order. The wish is written into the owner's
 * database, the partitions are made, and the relay, which alone publishes, goes over to them between two batches. Whatever is
 * published from there on says what it comes after (`ce_after`), and no consumer handles it sooner. May be repeated after any
 * failure; once the partitions are there the relay finishes it alone. Resolves with `inForce` below where no relay runs.
 */
export async function growTopic(
  context: GrowthContext,
  { topic, partitions, reason }: GrowthWish,
): Promise<TopicStanding> {
  const { options, dataSource, kafka } = context;
  return aloneOn(dataSource, async () => {
    const before = await standingOf(context, topic);
    refuseUnfit(before, partitions);
    if (before.inForce === partitions) return before;
    if (before.growingTo === null)
      await wish(dataSource, { topic, inForce: before.inForce, partitions, reason, service: options.service });
    await kafka.grow(topic, partitions);
    return taken(context, topic, partitions);
  });
}

/** Takes a wish back whose partitions have not been made. Throws GrowthRefused where they are: Kafka can't take any away. */
export async function giveUpGrowth(
  context: GrowthContext,
  { topic, reason }: Omit<GrowthWish, 'partitions'>,
): Promise<TopicStanding> {
  const { options, dataSource } = context;
  return aloneOn(dataSource, async () => {
    const { growingTo, onBrokers } = await standingOf(context, topic);
    if (growingTo === null) throw new GrowthRefused(`${topic} is not being grown`);
    if (onBrokers >= growingTo)
      throw new GrowthRefused(
        `the ${growingTo} partitions of ${topic} are there, and Kafka can take none away: grow it to ${growingTo} once more, which finishes it`,
      );
    await takeBack(dataSource, { topic, reason, service: options.service });
    return standingOf(context, topic);
  });
}

function growable(options: GrowthContext['options'], name: string): Topic {
  const own = ownTopics(options);
  const found = own.find((topic) => topic.name === name);
  if (!found)
    throw new GrowthRefused(
      `${options.service} does not write ${name}; it writes ${own.map((topic) => topic.name).join(', ')}`,
    );
  if (found.retention === 'compact') {
    throw new GrowthRefused(
      `${name} is compacted: what a key held in its old partition would never be replaced by what comes in its new one, nor removed`,
    );
  }
  return found;
}

function refuseUnfit({ topic, inForce, growingTo, onBrokers }: TopicStanding, partitions: number): void {
  if (partitions < inForce)
    throw new GrowthRefused(`${topic} has ${inForce} partitions, and none can be taken from it`);
  if (growingTo !== null && growingTo !== partitions) {
    throw new GrowthRefused(
      `${topic} is being grown from ${inForce} to ${growingTo} partitions: grow it to ${growingTo} once more, or give that up, first`,
    );
  }
  if (onBrokers > partitions)
    throw new GrowthRefused(`${topic} has ${onBrokers} partitions on the brokers: grow it to ${onBrokers} or more`);
}

/** By the relay, wherever it runs. */
async function taken(context: GrowthContext, topic: string, partitions: number): Promise<TopicStanding> {
  const { world, options, onProgress, signal } = context;
  for (let waited = 0; ; waited += interval) {
    const standing = await standingOf(context, topic);
    if (standing.inForce === partitions || waited >= patience || signal?.aborted) return standing;
    if (waited % 1_000 === 0)
      onProgress?.(
        `${topic} has ${partitions} partitions; waiting for the relay of ${options.service} to go over to them, ${waited / 1_000} s`,
      );
    await world.timers.wait(interval, signal);
  }
}
