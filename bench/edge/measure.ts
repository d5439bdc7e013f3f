import { load, watchCpu, watchProcessors } from '../environment/machine.js';
import { quantile } from '../frame/statistics.js';
import { Client } from './client.js';
import type { Endpoint } from './endpoints.js';

export interface Plan {
  /** Requests in flight at full load, and requests a second at the steady rate. */
  readonly inFlight: number;
  readonly perSecond: number;
  /** Of each of the two. */
  readonly seconds: number;
}

/** Directly to the service, or through the gateway. */
export const routes = ['service', 'gateway'] as const;
export type Route = (typeof routes)[number];

export interface Round {
  /** Responses a second at full load. */
  readonly perSecond: number;
  /** CPU microseconds a request at full load, by process. */
  readonly cpu: Readonly<Record<'gateway' | 'service' | 'PostgreSQL' | 'client', number>>;
  /** Milliseconds from a request to its response, at the steady rate. */
  readonly p50: number;
  readonly p99: number;
  /** How busy all processors were at full load, from 0 to 1. */
  readonly busy: number;
  readonly machineLoad: number;
}

/** Milliseconds in which connections are opened and code is compiled. */
const warmUp = 2_000;

/** Measures one endpoint at one address: at full load, then at a steady rate. `processes`: those that take part. */
export async function measureRoute(
  endpoint: Endpoint,
  origin: string,
  token: string,
  processes: ReadonlyMap<string, number>,
  { inFlight, perSecond, seconds }: Plan,
): Promise<Round> {
  const client = new Client(endpoint, origin, inFlight, token);
  await client.fullLoad(warmUp);
  const [cpuSince, busySince, from] = [watchCpu(processes), watchProcessors(), performance.now()];
  const own = process.cpuUsage(); // not `watchCpu`: the processes of the shop are children of this one
  const responses = await client.fullLoad(seconds * 1_000);
  const [to, busy, cpu, { user, system }] = [performance.now(), busySince(), cpuSince(), process.cpuUsage(own)];
  const waits = await client.steadyRate(perSecond, seconds * 1_000);
  await client.close();
  const perRequest = (name: string): number => cpu.get(name)! / responses;
  return {
    perSecond: responses / ((to - from) / 1_000),
    cpu: {
      gateway: perRequest('gateway'),
      service: perRequest('service'),
      PostgreSQL: perRequest('PostgreSQL'),
      client: (user + system) / responses,
    },
    p50: quantile(waits, 0.5),
    p99: quantile(waits, 0.99),
    busy,
    machineLoad: load(),
  };
}
