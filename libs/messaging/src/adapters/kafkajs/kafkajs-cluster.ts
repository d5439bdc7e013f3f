import type { Kafka } from 'kafkajs';
import type { Codecs } from './codecs.js';
import { causesOf } from './kafkajs-access.js';
import { rejectDeletedRecords } from './kafkajs-deleted-records.js';
import { readHere, type FetchRequests } from './kafkajs-fetch-response.js';
import { FetchGenerations, fetchWith, type FetchingBroker } from './kafkajs-outdated.js';
import { inOneBuffer, type ProduceProtocol } from './kafkajs-produce-request.js';
import { checkOnlyWhenPending, type RequestQueue } from './kafkajs-request-queue.js';
import type { Address } from './kafkajs-settings.js';

type Lookup<Definition> = (apiKey: number, definition: Definition) => unknown;
/** The requests of kafkajs use what a broker knows through `this`. */
interface Requesting<Definition> {
  readonly lookupRequest: Lookup<Definition>;
}

interface Broker {
  lookupRequest(apiKey: number, definition: object): unknown;
  fetch(this: Requesting<FetchRequests>, request: object): ReturnType<FetchingBroker['fetch']>;
  produce(this: Requesting<ProduceProtocol>, request: object): Promise<object>;
  listOffsets(request: object): Promise<object>;
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
export function adaptClusters(kafka: Kafka, brokers: readonly Address[], codecs: Codecs): void {
  const name = Object.getOwnPropertySymbols(kafka).find(({ description }) => description === createClusterName);
  const internals = kafka as unknown as Record<symbol, (options: object) => Cluster>;
  const create = name && internals[name];
  if (!create) throw new TypeError('this version of kafkajs is not supported: install 2.2.4');
  internals[name] = (options) => adaptCluster(create(options), brokers, codecs);
}

export function adaptCluster(cluster: Cluster, brokers: readonly Address[], codecs: Codecs): Cluster {
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
    const made = { isOutdated, broker: adaptBroker(cluster, broker, { isOutdated, codecs }) };
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

/** The same broker, with other fetches, produce requests and ends. */
function adaptBroker(
  cluster: Cluster,
  broker: Broker,
  { isOutdated, codecs }: { readonly isOutdated: () => boolean; readonly codecs: Codecs },
): Broker {
  const fetching: FetchingBroker = {
    fetch: (request) =>
      broker.fetch.call(
        requestingWith(broker, (fetch: FetchRequests) => readHere(fetch, codecs)),
        request,
      ),
  };
  const adapted: Partial<Record<PropertyKey, unknown>> = {
    fetch: async (request: object) => {
      try {
        return await fetchWith(fetching, request, isOutdated);
      } catch (error) {
        await rejectDeletedRecords(cluster, request, error);
        throw error;
      }
    },
    produce: (request: object) => broker.produce.call(requestingWith(broker, inOneBuffer), request),
    // The end of a partition is the end of its log, also while a transaction is open: what was acknowledged lies before it.
    listOffsets: (request: object) => broker.listOffsets({ ...request, isolationLevel: readUncommitted }),
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

const readUncommitted = 0;

const requestingWith = <Definition extends object>(
  broker: Broker,
  adapt: (definition: Definition) => Definition,
): Broker =>
  Object.create(broker, {
    lookupRequest: {
      value: (apiKey: number, definition: Definition) => broker.lookupRequest(apiKey, adapt(definition)),
    },
  }) as Broker;
