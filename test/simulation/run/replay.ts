import type { IncomingRecord, TopicPartition } from '@tradewind/messaging';
import type { Violation } from '../check/facts.js';
import { consumers, type Consumer } from '../shop/consumers.js';
import { serviceNames, services } from '../shop/services.js';
import { topicsOfShop, type SimulatedShop } from '../shop/simulated-shop.js';
import { restless } from './rest.js';

/** Virtual milliseconds within which a call that its caller has given up reaches the provider. */
const onItsWay = 10_000;

/** Every group begins once more at offset 0: no business row may change by it, and the provider may not be asked again. */
export async function replayAll(shop: SimulatedShop): Promise<Violation[]> {
  await shop.simulation.run(onItsWay);
  const before = businessRows(shop);
  const { calls } = shop.book;
  shop.close();
  for (const consumer of consumers) await rewind(shop, consumer);
  for (const name of serviceNames) shop.start(name, 0);
  const open = await restless(shop);
  const after = businessRows(shop);
  return [
    ...open.map((what) => `replay: ${what}`),
    ...[...before]
      .filter(([table, rows]) => after.get(table) !== rows)
      .map(([table]) => `replay: the rows of ${table} are no longer what they were`),
    ...(shop.book.calls === calls ? [] : [`replay: the provider was asked ${shop.book.calls - calls} times more`]),
  ];
}

/** Every table that decisions save, as text. */
function businessRows({ databases }: SimulatedShop): Map<string, string> {
  return new Map(
    serviceNames.flatMap((name) =>
      services[name].messaging.lockOrder.map((table): [string, string] => [
        `${name} ${table.name}`,
        JSON.stringify(databases[name].rows(table)),
      ]),
    ),
  );
}

/** As an operator does it while the service is down: as the only member, the group's positions are set back. */
async function rewind({ simulation, kafka }: SimulatedShop, { group, topics }: Consumer): Promise<void> {
  const life = simulation.process(`operator of ${group}`);
  const owned = new Map<string, TopicPartition>();
  const partitions = topicsOfShop
    .filter(({ name }) => topics.includes(name))
    .reduce((sum, topic) => sum + topic.partitions, 0);
  const subscription = await simulation.settled(
    life.kafka(kafka).subscribe({
      group,
      topics,
      onRecords: (_: readonly IncomingRecord[]) => undefined,
      onAssigned: (assigned) => assigned.forEach((each) => owned.set(`${each.topic}:${each.partition}`, each)),
      onDead: (error) => {
        throw error;
      },
    }),
  );
  await simulation.until(() => owned.size === partitions);
  await simulation.settled(subscription.commit([...owned.values()].map((place) => ({ ...place, next: 0n }))));
  await simulation.settled(subscription.close());
}
