import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';

const require = createRequire(import.meta.url);
/** The parts of kafkajs that decide how its clients fetch, produce and wait. */
const parts = [
  'consumer/consumerGroup.js',
  'network/requestQueue/index.js',
  'network/connection.js',
  'broker/index.js',
  'cluster/index.js',
].map((name) => (require(`kafkajs/src/${name}`) as { prototype: object }).prototype);
const { requests } = require('kafkajs/src/protocol/requests/index.js') as { requests: Record<string, object> };
const state = (): unknown[] =>
  [...parts, requests, ...Object.values(requests)].map((part) => ({ ...properties(part) }));
const properties = (of: object): object =>
  Object.fromEntries(
    Reflect.ownKeys(of).map((key) => [key, Object.getOwnPropertyDescriptor(of, key)?.value as unknown]),
  );

/** Taken before the library is loaded. */
const before = state();
const { KafkajsConnection } = await import('./kafkajs-connection.js');
const { adaptCluster } = await import('./kafkajs-cluster.js');
const { Codecs } = await import('./codecs.js');

interface Internals {
  readonly connectionPoolBuilder: {
    build(): Promise<{ host: string; port: number; pool: readonly { requestQueue: object }[] }>;
  };
}
interface Producing {
  lookupRequest: (key: number, definition: { protocol(which: { version: number }): unknown }) => unknown;
  produce(options: object): Promise<unknown>;
}
interface Sent {
  readonly request: { readonly encode: () => unknown };
}
const clusterOf = (kafka: object): Internals => {
  const create = Object.getOwnPropertySymbols(kafka).find(({ description }) => description?.includes('createCluster'))!;
  return (kafka as Record<symbol, (options: object) => Internals>)[create]!({});
};
const settings = { brokers: ['one:9092', '[::1]:9093'], clientId: 'test' };
const ownClient = (): object => new KafkajsConnection(settings, 1_000, () => undefined).kafka;
const ownNames = async (kafka: object): Promise<string[]> => {
  const cluster = clusterOf(kafka);
  const { pool } = await cluster.connectionPoolBuilder.build();
  return [cluster, pool[0]!.requestQueue].flatMap((part) =>
    Object.keys(part).filter((name) => typeof (part as Record<string, unknown>)[name] === 'function'),
  );
};

describe('a client of the library', () => {
  it('has its own cluster and request queues', async () =>
    expect(await ownNames(ownClient())).toEqual(
      expect.arrayContaining(['committedOffsets', 'findBroker', 'scheduleCheckPendingRequests']),
    ));

  it('connects to each broker in turn, also by an IPv6 address', async () => {
    const { connectionPoolBuilder } = clusterOf(ownClient());
    const pools = [await connectionPoolBuilder.build(), await connectionPoolBuilder.build()];
    expect(pools.map(({ host, port }) => [host, port])).toEqual([
      ['one', 9092],
      ['::1', 9093],
    ]);
  });

  it('writes its produce requests into one buffer', async () => {
    const Broker = require('kafkajs/src/broker/index.js') as { new (options: object): Producing };
    const sent: string[] = [];
    const connectionPool = { connectionTimeout: 1, send: ({ request }: Sent) => sent.push(String(request.encode)) };
    const broker = new Broker({ connectionPool, logger: { namespace: () => undefined } });
    broker.lookupRequest = (_key, definition) => definition.protocol({ version: 7 });
    const cluster = {
      connectionPoolBuilder: { build: () => undefined },
      brokerPool: { withBroker: () => undefined },
      committedOffsets: () => ({}),
      findBroker: () => Promise.resolve(broker),
    };
    const adapted = (await adaptCluster(cluster as never, [], new Codecs()).findBroker({
      nodeId: '1',
    })) as unknown as Producing;
    const topicData = [{ topic: 't', partitions: [{ partition: 0, messages: [{ value: 'a' }] }] }];
    for (const each of [adapted, broker]) await each.produce({ topicData });
    expect(sent.map((encode) => encode.includes('ProduceBody'))).toEqual([true, false]);
  });

  it('rejects what is not the address of a broker', () =>
    expect(() => new KafkajsConnection({ brokers: ['::1:9093'], clientId: 'test' }, 1_000, () => undefined)).toThrow(
      '"::1:9093" is not the address of a broker',
    ));
});

describe('a client that the program makes itself', () => {
  it('works as kafkajs does', async () => {
    await ownNames(ownClient());
    expect(state()).toEqual(before);
    const plain = new kafkajs.Kafka({ brokers: ['one:9092'], clientId: 'plain', logLevel: kafkajs.logLevel.NOTHING });
    const names = await ownNames(plain);
    for (const adapted of ['committedOffsets', 'findBroker', 'scheduleCheckPendingRequests'])
      expect(names).not.toContain(adapted);
  });
});
