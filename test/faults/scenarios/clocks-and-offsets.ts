import { readFileSync } from 'node:fs';
import { topics } from '@tradewind/contracts';
import { waitUntilIdle } from '../environment/wait-until-idle.js';
import type { Fault } from '../environment/fault.js';
import { participants } from '../environment/layouts.js';
import { deleteGroup, addPartitions } from '../environment/kafka-admin-requests.js';
import type { ScenarioContext } from '../environment/scenario-context.js';

/** Clocks of services differ by an hour from each other, from the database and from the broker: no decision may depend on a clock. */
async function skewedClocks(context: ScenarioContext): Promise<void> {
  context.recordInjection('services with a skewed clock', 2);
  await context.waitForOrders(context.byExtent(15, 60, 500), 300);
}

/** The offsets of a group are deleted: it reads everything again, and nothing happens twice. */
async function offsetsDeleted(context: ScenarioContext): Promise<void> {
  const broker = context.shop.kafkaBrokers.split(',')[0]!;
  const services = context.extent === 'short' ? (['order'] as const) : ([...participants, 'cart'] as const);
  for (const service of services) {
    const names = context.shop.instances.filter((each) => each.service === service).map(({ name }) => name);
    await Promise.all(names.map((name) => context.shop.stopProcess(name)));
    await context.waitFor(`the group ${service} is deleted`, () => deleteGroup(broker, service).then(() => true), 30);
    context.recordInjection(`offsets of ${service} deleted`);
    await Promise.all(names.map((name) => context.shop.startProcess(name)));
    await context.waitForOrders(4, 120);
  }
}

/** More partitions would break the order of keys: the service that writes the topic does not start, and its log names the topic. */
async function partitionsAdded(context: ScenarioContext): Promise<void> {
  await context.load.stop();
  await waitUntilIdle(context.shop, context.log);
  await context.shop.stopProcess('product');
  const { name, partitions } = topics.stockEvents;
  await addPartitions(context.shop.kafkaBrokers.split(',')[0]!, name, partitions + 1);
  context.recordInjection(`a partition added to ${name}`);
  const product = context.shop.instances.find((each) => each.name === 'product')!;
  const before = readFileSync(product.logFile, 'utf8').length;
  const starting = context.shop.startProcess('product').catch(() => undefined); // it must not become ready
  const logged = await context.waitFor(
    'the start is refused',
    () =>
      /the topic stock\.events has \d+ partitions, \d+ are declared/.exec(
        readFileSync(product.logFile, 'utf8').slice(before),
      )?.[0],
  );
  context.note(`the start was refused: ${logged}`);
  await context.shop.stopProcess('product');
  await starting;
}

export const clocksAndOffsets: readonly Fault[] = [
  { id: 'F39', title: 'clocks an hour wrong', layout: 'skewed clocks', run: skewedClocks },
  { id: 'F40', title: 'offsets of consumer groups deleted', layout: 'usual', run: offsetsDeleted },
  {
    id: 'F41',
    title: 'partitions added with an admin request',
    layout: 'skewed clocks',
    last: true,
    endsShop: true,
    run: partitionsAdded,
  },
];
