import type { IncomingRecord, TopicPartition } from '@tradewind/messaging/internals';
import { serviceParts } from '../../services/index.js';
import type { Consumer, Violation } from '../check/final-state.js';
import { simulatedServices } from '../scenario/simulated-services.js';
import { consumers } from '../shop/consumers.js';
import { topicsOfShop, type SimulatedShop } from '../shop/simulated-shop.js';
import { pendingAfterQuiescence } from './quiescence.js';

/** Resets every group to offset 0, when the inboxes have lost their marks: no business row may change, and the provider may not be called again. */
export async function replayAll(shop: SimulatedShop): Promise<Violation[]> {
  const before = businessRows(shop);
  const { calls } = shop.provider;
  shop.close();
  for (const consumer of consumers) await resetOffsets(shop, consumer);
  for (const name of simulatedServices) shop.start(name, 0);
  const pending = await pendingAfterQuiescence(shop);
  const after = businessRows(shop);
  return [
    ...pending.map((each) => `replay: ${each}`),
    ...[...before]
      .filter(([table, rows]) => after.get(table) !== rows)
      .map(([table]) => `replay: the rows of ${table} have changed`),
    ...(shop.provider.calls === calls
      ? []
      : [`replay: the provider was called ${shop.provider.calls - calls} more times`]),
  ];
}

/** Every table that decisions write, as text. */
function businessRows({ databases }: SimulatedShop): Map<string, string> {
  return new Map(
    simulatedServices.flatMap((name) =>
      serviceParts[name].definition.messaging.lockOrder.map((table): [string, string] => [
        `${name} ${table.name}`,
        JSON.stringify(databases[name].rows(table)),
      ]),
    ),
  );
}

/** Resets the offsets of a group as its only member, while the service is stopped. */
async function resetOffsets({ simulation, kafka }: SimulatedShop, { group, topics }: Consumer): Promise<void> {
  const process = simulation.process(`operator of ${group}`);
  const owned = new Map<string, TopicPartition>();
  const partitions = topicsOfShop
    .filter(({ name }) => topics.includes(name))
    .reduce((sum, topic) => sum + topic.partitions, 0);
  const subscription = await simulation.settled(
    process.kafka(kafka).subscribe({
      group,
      topics,
      onRecords: (_: readonly IncomingRecord[]) => undefined,
      onAssigned: (assigned) => assigned.forEach((each) => owned.set(`${each.topic}:${each.partition}`, each)),
      onFatal: (error) => {
        throw error;
      },
    }),
  );
  await simulation.until(() => owned.size === partitions);
  await simulation.settled(subscription.commit([...owned.values()].map((partition) => ({ ...partition, offset: 0n }))));
  await simulation.settled(subscription.close());
}
