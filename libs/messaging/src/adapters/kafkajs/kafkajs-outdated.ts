import { createRequire } from 'node:module';

/** What is used here of kafkajs's consumer group: its positions, which are others after each joining, and the fetch from one broker. */
export interface ConsumerGroup {
  readonly offsetManager: object | null;
  fetch(nodeId: number): Promise<object[]>;
}

export const ConsumerGroup = createRequire(import.meta.url)('kafkajs/src/consumer/consumerGroup.js') as {
  readonly prototype: ConsumerGroup;
};

const outdated = new WeakMap<object, () => boolean>();

/**
 * kafkajs (2.2.4) fetches from each broker apart, and where one fetch finds another leader or more partitions, the member joins anew while
 * the others go on: what they bring then counts as read after the joining, though the positions have gone back to what was committed, and
 * what lies between is passed over. A batch remembers the positions it was fetched by.
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

/** Whether its member has joined anew since it was fetched: the batch comes again, to whoever owns its partition now, unless it is resolved. */
export const isOutdated = (batch: object): boolean => outdated.get(batch)?.() ?? false;

rememberOffsets(ConsumerGroup.prototype);
