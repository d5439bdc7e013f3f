import { createRequire } from 'node:module';

/** The used part of the consumer group of kafkajs: its offset manager, which is replaced at each join, and the fetch from one broker. */
export interface ConsumerGroup {
  readonly offsetManager: object | null;
  fetch(nodeId: number): Promise<object[]>;
}

export const ConsumerGroup = createRequire(import.meta.url)('kafkajs/src/consumer/consumerGroup.js') as {
  readonly prototype: ConsumerGroup;
};

const outdated = new WeakMap<object, () => boolean>();

/**
 * kafkajs 2.2.4 fetches from each broker separately. When one fetch finds a new leader or new partitions, the member joins again while
 * the other fetches continue. Their records then count as read after the join, although the offsets went back to the committed ones, and
 * the records between are skipped. So a batch remembers the offset manager with which it was fetched.
 */
function rememberOffsets(group: ConsumerGroup): void {
  const { fetch } = group;
  group.fetch = async function (this: ConsumerGroup, nodeId) {
    const { offsetManager } = this;
    const isOutdated = (): boolean => this.offsetManager !== offsetManager;
    const batches = await fetch.call(this, nodeId);
    if (isOutdated()) return [];
    for (const batch of batches) outdated.set(batch, isOutdated);
    return batches;
  };
}

/** Whether the member joined again after the batch was fetched. The batch then arrives again, at the instance that is assigned the partition, unless it was resolved. */
export const isOutdated = (batch: object): boolean => outdated.get(batch)?.() ?? false;

rememberOffsets(ConsumerGroup.prototype);
