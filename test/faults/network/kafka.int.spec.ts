import { randomUUID } from 'node:crypto';
import { kafkaClient, topic, type KafkaClient, type Topic } from '@tradewind/messaging';
import type { IncomingRecord, Publisher } from '@tradewind/messaging/internals';
import { eventually } from '@tradewind/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { DedicatedKafka } from '../../../tools/platform/kafka/dedicated-kafka.js';
import { freePorts } from '../../../tools/platform/process/ports.js';
import { seededRandom } from '../../../tools/shop/retail/seeded-random.js';
import { Proxy } from './proxy.js';

jest.setTimeout(120_000);

let broker: DedicatedKafka;
let proxy: Proxy<'kafka'>;
let clients: KafkaClient[];
let events: Topic;

/** A broker of its own, because it must advertise the address of the proxy. */
beforeAll(async () => {
  const [port, behind] = (await freePorts(2)) as [number, number];
  proxy = await Proxy.open({
    name: 'kafka',
    target: { host: '127.0.0.1', port },
    port: behind,
    protocol: 'kafka',
    random: seededRandom(1, 'network'),
  });
  broker = await DedicatedKafka.start({ port, advertisedListeners: [`127.0.0.1:${behind}`] });
});
afterAll(async () => {
  await broker.remove();
  await proxy.close();
});
beforeEach(async () => {
  clients = [];
  events = topic(`events-${randomUUID()}`, { owner: 'test', partitions: 1 });
  await aClient('setter').provision([events]);
});
afterEach(async () => {
  proxy.heal();
  await Promise.all(clients.map((client) => client.close()));
});

function aClient(clientId: string): KafkaClient {
  const client = kafkaClient({ brokers: [broker.brokers], clientId });
  clients.push(client);
  return client;
}

const publish = (publisher: Publisher, ...values: string[]): ReturnType<Publisher['publish']> =>
  publisher.publish(values.map((value) => ({ topic: events.name, partition: 0, key: 'a', value, headers: {} })));

/** All values on the topic. */
async function values(): Promise<string[]> {
  const seen: IncomingRecord[] = [];
  const tail = await aClient('reader').tail({
    topics: [events.name],
    onRecords: (records) => seen.push(...records),
    onFatal: (error) => seen.push(...[error as never]),
  });
  await tail.caughtUp;
  await tail.close();
  return seen.map(({ value }) => value?.toString() ?? '');
}

describe('a network without faults', () => {
  it('lets a client publish and read, all through the proxy', async () => {
    const before = proxy.connections;
    const publisher = await aClient('writer').publisher();
    expect(proxy.connections).toBeGreaterThan(before);
    await publish(publisher, '1', '2');
    await publisher.close();
    expect(await values()).toEqual(['1', '2']);
  });
});

describe('a dropped Produce response', () => {
  it('leaves the record on the topic, although publishing was rejected', async () => {
    const publisher = await aClient('writer').publisher();
    const drop = proxy.drop.responses({ api: 'produce', occurrences: { nth: 2 }, how: 'reset' });
    await publish(publisher, '1');
    await expect(publish(publisher, '2')).rejects.toThrow();
    await publisher.close();
    expect(drop.heal()).toBe(1);
    expect(await values()).toEqual(['1', '2']);
  });

  it('can leave the client waiting on an open connection', async () => {
    const publisher = await aClient('writer').publisher();
    const drop = proxy.drop.responses({ api: 'produce', occurrences: { nth: 1 }, how: 'swallow' });
    const publishing = publish(publisher, '1').then(
      () => 'acknowledged',
      () => 'rejected',
    );
    await eventually(() => drop.hits === 1);
    expect(await values()).toEqual(['1']);
    proxy.reset();
    expect(await publishing).toBe('rejected');
    await publisher.close();
  });

  it('can be limited to some clients', async () => {
    const drop = proxy.drop.responses({ api: 'produce', occurrences: { every: 1 }, how: 'reset', client: /^order-/ });
    const publisher = await aClient('cart-1').publisher();
    await publish(publisher, '1');
    const other = await aClient('order-1').publisher();
    await expect(publish(other, '2')).rejects.toThrow();
    await Promise.all([publisher.close(), other.close()]);
    expect(drop.hits).toBe(1);
  });

  it('ends when it is healed', async () => {
    const publisher = await aClient('writer').publisher();
    proxy.drop.responses({ api: 'produce', occurrences: { every: 1 }, how: 'reset' });
    proxy.heal();
    await publish(publisher, '1');
    await publisher.close();
  });

  it('happens as often as its probability says', async () => {
    const drop = proxy.drop.responses({ api: 'produce', occurrences: { probability: 0.2 }, how: 'reset' });
    const sent = Array.from({ length: 100 }, (_, index) => String(index));
    let rejected = 0;
    let publisher = await aClient('writer').publisher();
    for (const value of sent) {
      try {
        await publish(publisher, value);
      } catch {
        rejected += 1;
        await publisher.close();
        publisher = await aClient('writer').publisher();
      }
    }
    await publisher.close();
    expect(rejected).toBe(drop.heal());
    expect(rejected).toBeGreaterThan(8);
    expect(rejected).toBeLessThan(35);
    expect(await values()).toEqual(sent);
  });
});

describe('a dropped Produce request', () => {
  it('never reaches the topic', async () => {
    const publisher = await aClient('writer').publisher();
    const drop = proxy.drop.requests({ api: 'produce', occurrences: { nth: 1 }, how: 'reset' });
    await expect(publish(publisher, '1')).rejects.toThrow();
    await publisher.close();
    const another = await aClient('writer').publisher();
    await publish(another, '2');
    await another.close();
    expect(drop.hits).toBe(1);
    expect(await values()).toEqual(['2']);
  });
});
