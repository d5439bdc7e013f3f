import { Pool } from 'undici';
import { measure, type Measured } from '../environment/machine.js';
import { atRate } from '../environment/rate.js';
import { quantile } from '../frame/statistics.js';
import { headersOf, type Endpoint } from './endpoints.js';

export interface Plan {
  /** Requests in flight at full load, and requests a second at the steady rate. */
  readonly inFlight: number;
  readonly perSecond: number;
  /** Of each of the two. */
  readonly seconds: number;
}

/** Responses at full load; the CPU time of this process is that of the client. */
export interface Round extends Measured {
  /** Milliseconds from a request to its response, at the steady rate. */
  readonly p50: number;
  readonly p99: number;
}

/** Milliseconds in which connections are opened and code is compiled. */
const warmUp = 2_000;

/** Measures one endpoint at one address: at full load, then at a steady rate. `processes`: those that take part. */
export async function measureRoute(
  endpoint: Endpoint,
  origin: string,
  processes: ReadonlyMap<string, number>,
  plan: Plan,
): Promise<Round> {
  const pool = new Pool(origin, { connections: plan.inFlight, pipelining: 1 });
  const request = async (): Promise<void> => {
    const { name, path, response } = endpoint;
    const { statusCode, body } = await pool.request({ method: 'GET', path, headers: headersOf(endpoint) });
    const text = await body.text();
    if (statusCode !== 200 || text !== response)
      throw new Error(`the response of ${name} was ${statusCode} ${text.slice(0, 300)}`);
  };
  await fullLoad(request, plan.inFlight, warmUp);
  const end = measure(processes);
  const responses = await fullLoad(request, plan.inFlight, plan.seconds * 1_000);
  const measured = end()(responses);
  const waits: Promise<number>[] = [];
  let failure: Error | undefined;
  await atRate(plan.perSecond, plan.seconds * 1_000, () => {
    if (failure) throw failure;
    const from = performance.now();
    const wait = request().then(() => performance.now() - from);
    wait.catch((error: Error) => (failure = error));
    waits.push(wait);
  });
  const milliseconds = await Promise.all(waits);
  await pool.destroy();
  return { ...measured, p50: quantile(milliseconds, 0.5), p99: quantile(milliseconds, 0.99) };
}

/** Keeps a number of requests in flight. Returns the number of responses. */
async function fullLoad(request: () => Promise<void>, inFlight: number, milliseconds: number): Promise<number> {
  const end = performance.now() + milliseconds;
  let responses = 0;
  const run = async (): Promise<void> => {
    for (; performance.now() < end; responses++) await request();
  };
  await Promise.all(Array.from({ length: inFlight }, run));
  return responses;
}
