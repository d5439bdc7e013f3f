import { readFileSync } from 'node:fs';
import { topics } from '@tradewind/contracts';
import { atRest } from '../ground/at-rest.js';
import type { Fault } from '../ground/fault.js';
import { deleteGroup, growTopic } from '../ground/kafka-by-hand.js';
import type { Stage } from '../ground/stage.js';

/** Services an hour apart from each other, from the database and from the broker: nothing is decided by a clock. */
async function skewedClocks(stage: Stage): Promise<void> {
  stage.hit('services with a clock of their own', 2);
  await stage.trade(stage.times(15, 60, 500), 300);
}

/** All positions of a group are gone: it reads everything again, and nothing happens twice. */
async function offsetsDeleted(stage: Stage): Promise<void> {
  const broker = stage.shop.kafkaBrokers.split(',')[0]!;
  const services = stage.extent === 'short' ? (['order'] as const) : (['order', 'product', 'payment', 'cart'] as const);
  for (const service of services) {
    const names = stage.shop.instances.filter((each) => each.service === service).map(({ name }) => name);
    await Promise.all(names.map((name) => stage.shop.stopOne(name)));
    await stage.until(`the group ${service} to be deleted`, () => deleteGroup(broker, service).then(() => true), 30);
    stage.hit(`positions of ${service} deleted`);
    await Promise.all(names.map((name) => stage.shop.startOne(name)));
    await stage.trade(4, 120);
  }
}

/** The order of keys would break: whoever writes the topic does not start, and says which topic it is. */
async function partitionsAdded(stage: Stage): Promise<void> {
  await stage.load.stop();
  await atRest(stage.shop, stage.say);
  await stage.shop.stopOne('product');
  const { name, partitions } = topics.stockEvents;
  await growTopic(stage.shop.kafkaBrokers.split(',')[0]!, name, partitions + 1);
  stage.hit(`a partition added to ${name}`);
  const product = stage.shop.instances.find((each) => each.name === 'product')!;
  const before = readFileSync(product.log, 'utf8').length;
  const starting = stage.shop.startOne('product').catch(() => undefined); // it must not become ready
  const said = await stage.until(
    'the start to be refused',
    () =>
      /the topic stock\.events has \d+ partitions, \d+ are declared/.exec(
        readFileSync(product.log, 'utf8').slice(before),
      )?.[0],
  );
  stage.note(`the start was refused: ${said}`);
  await stage.shop.stopOne('product');
  await starting;
}

export const clocksAndOffsets: readonly Fault[] = [
  { id: 'F39', title: 'clocks an hour wrong', layout: 'skewed clocks', play: skewedClocks },
  { id: 'F40', title: 'positions of consumer groups deleted', layout: 'usual', play: offsetsDeleted },
  {
    id: 'F41',
    title: 'partitions added by hand',
    layout: 'skewed clocks',
    last: true,
    endsShop: true,
    play: partitionsAdded,
  },
];
