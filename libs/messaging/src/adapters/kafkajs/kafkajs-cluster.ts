import type { Kafka } from 'kafkajs';
import { causesOf } from './kafkajs-access.js';
import { rejectDeletedRecords } from './kafkajs-deleted-records.js';
import { FetchGenerations, fetchWith, type FetchingBroker } from './kafkajs-outdated.js';
import { inOneBuffer, type ProduceProtocol } from './kafkajs-produce-request.js';
import { checkOnlyWhenPending, type RequestQueue } from './kafkajs-request-queue.js';
import type { Address } from './kafkajs-settings.js';

type Lookup = (apiKey: number, definition: ProduceProtocol) => unknown;

interface Broker extends FetchingBroker {
  lookupRequest: Lookup;
  produce(this: { readonly lookupRequest: Lookup }, request: object): Promise<object>;
}

interface ConnectionPool {
  readonly pool: readonly { readonly requestQueue: RequestQueue }[];
}

/** The used part of a cluster of kafkajs. A consumer, a producer and an admin client have one each. */
export interface Cluster {
  readonly connectionPoolBuilder: { build(address?: Partial<Address>): Promise<ConnectionPool> };
  readonly brokerPool: { withBroker(request: (of: object) => Promise<unknown>): Promise<unknown> };
  committedOffsets(of: object): object;
  findBroker(which: { readonly nodeId: string }): Promise<Broker>;
}

const createClusterName = 'private:Kafka:createCluster';

/** Changes how this client of kafkajs works, and no other: a program may use kafkajs itself too. */
export function adaptClusters(kafka: Kafka, brokers: readonly Address[]): void {
  const name = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === createClusterName);
  const internals = kafka as unknown as Record<symbol, (options: object) => Cluster>;
  const create = name && internals[name];
  if (!create) throw new TypeError('this version of kafkajs is not supported: install 2.2.4');
  internals[name] = (options) => adaptCluster(create(options), brokers);
}

export function adaptCluster(cluster: Cluster, brokers: readonly Address[]): Cluster {
  const { connectionPoolBuilder } = cluster;
  const build = connectionPoolBuilder.build.bind(connectionPoolBuilder);
  let next = 0;
  connectionPoolBuilder.build = async (address) => {
    // kafkajs cuts the address of a broker at its first colon, also within an IPv6 address.
    const pool = await build(address?.host === undefined ? { ...brokers[next++ % brokers.length] } : address);
    for (const { requestQueue } of pool.pool) checkOnlyWhenPending(requestQueue);
    return pool;
  };
  rejectWhenRefused(cluster.brokerPool);
  const generations = new FetchGenerations();
  const committedOffsets = cluster.committedOffsets.bind(cluster);
  // kafkajs calls it when it makes the offsets of an assignment, and at no other time.
  cluster.committedOffsets = (of) => {
    generations.begin();
    return committedOffsets(of);
  };
  const findBroker = cluster.findBroker.bind(cluster);
  // The producer of kafkajs groups topics by the broker object: two objects for one broker would publish each record twice.
  const adapted = new WeakMap<Broker, { readonly isOutdated: () => boolean; readonly broker: Broker }>();
  cluster.findBroker = async (which) => {
    const isOutdated = generations.remember();
    const broker = await findBroker(which);
    const known = adapted.get(broker);
    if (known?.isOutdated === isOutdated) return known.broker;
    const made = { isOutdated, broker: adaptBroker(cluster, broker, isOutdated) };
    adapted.set(broker, made);
    return made.broker;
  };
  return cluster;
}

/** kafkajs asks one broker after the other for a coordinator and drops their errors: a missing permission looks like an unknown coordinator. */
function rejectWhenRefused(brokerPool: Cluster['brokerPool']): void {
  const withBroker = brokerPool.withBroker.bind(brokerPool);
  brokerPool.withBroker = async (request) => {
    let denial: unknown;
    const answer = await withBroker(async (of) => {
      try {
        return await request(of);
      } catch (error) {
        if (causesOf(error).some(({ type }) => type?.endsWith('_AUTHORIZATION_FAILED'))) denial = error;
        throw error;
      }
    });
    if ((answer === null || answer === undefined) && denial !== undefined) throw denial as Error;
    return answer;
  };
}

/** The same broker, with other fetches and produce requests. */
function adaptBroker(cluster: Cluster, broker: Broker, isOutdated: () => boolean): Broker {
  const adapted: Partial<Record<PropertyKey, unknown>> = {
    fetch: async (request: object) => {
      try {
        return await fetchWith(broker, request, isOutdated);
      } catch (error) {
        await rejectDeletedRecords(cluster, request, error);
        throw error;
      }
    },
    produce: (request: object) => broker.produce.call(withOneBuffer(broker), request),
  };
  return new Proxy(broker, {
    get: (target, property) => {
      const own = adapted[property];
      if (own !== undefined) return own;
      const value: unknown = Reflect.get(target, property);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

const withOneBuffer = (broker: Broker): Broker =>
  Object.create(broker, {
    lookupRequest: {
      value: (apiKey: number, definition: ProduceProtocol) => broker.lookupRequest(apiKey, inOneBuffer(definition)),
    },
  }) as Broker;
