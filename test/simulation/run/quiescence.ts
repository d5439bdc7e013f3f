import { SagaInstances, type SagaRow } from '@tradewind/messaging/internals';
import { simulatedServices } from '../scenario/simulated-services.js';
import { consumers } from '../shop/consumers.js';
import type { SimulatedShop } from '../shop/simulated-shop.js';

/** Virtual milliseconds within which all work must be done. */
const timeoutMs = 1_800_000;
/** Virtual milliseconds between two polls. */
const pollInterval = 1_000;

/**
 * Virtual milliseconds within which calls that their caller has given up reach database and provider (a commit that was slow may still
 * accept an order), and the inbox marks of the run are pruned.
 */
const restMs = 45_000;

/** Runs until nothing is pending and nothing can arrive any more; returns the work that is still pending after the timeout. */
export async function pendingAfterRest(shop: SimulatedShop): Promise<string[]> {
  for (let published = -1; ;) {
    const pending = await pendingAfterQuiescence(shop);
    if (pending.length > 0 || published === publishedMessages(shop)) return pending;
    published = publishedMessages(shop);
    await shop.simulation.run(restMs);
  }
}

const publishedMessages = ({ databases }: SimulatedShop): number =>
  simulatedServices.reduce((sum, name) => sum + databases[name].outbox.archive().length, 0);

/** Runs until no work is pending; returns the work that is still pending after the timeout. */
export async function pendingAfterQuiescence(shop: SimulatedShop): Promise<string[]> {
  const { simulation } = shop;
  const end = simulation.elapsed + timeoutMs;
  for (;;) {
    const pending = pendingWork(shop);
    if (pending.length === 0 || simulation.elapsed > end) return pending;
    await simulation.run(pollInterval);
  }
}

/** Descriptions of the pending work. */
function pendingWork({ databases, kafka }: SimulatedShop): string[] {
  const pending: string[] = [];
  for (const name of simulatedServices) {
    const { outbox, effects, inbox } = databases[name];
    const rows = outbox.unpublished().length;
    const calls = effects.committed().filter(({ doneAt }) => doneAt === undefined).length;
    if (rows > 0) pending.push(`${rows} messages of ${name} are not published`);
    if (calls > 0) pending.push(`${calls} effects of ${name} are not finished`);
    if (inbox.deadLetterCount() > 0) pending.push(`${inbox.deadLetterCount()} messages of ${name} are dead-lettered`);
    for (const { id, state } of databases[name].rows<SagaRow>(SagaInstances))
      if (state.status === 'running' || state.status === 'compensating')
        pending.push(`${id} is ${state.status}: ${state.step}`);
  }
  for (const { group, topics } of consumers) {
    const { committed } = kafka.group(group);
    const behind = topics
      .flatMap((topic) => kafka.endOffsets(topic))
      .filter(({ topic, partition, end }) => end > (committed.get(`${topic}:${partition}`)?.offset ?? 0n));
    if (behind.length > 0)
      pending.push(
        `${group} has not consumed ${behind.map(({ topic, partition }) => `${topic}:${partition}`).join(', ')} to the end`,
      );
  }
  return pending;
}
