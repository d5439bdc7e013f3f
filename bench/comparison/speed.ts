import { setTimeout as pause } from 'node:timers/promises';
import { query } from '../environment/databases.js';
import { load, watchCpu } from '../environment/machine.js';
import { waitUntil } from '../environment/wait.js';
import { quantile } from '../frame/statistics.js';
import { Case } from './case.js';
import type { ContenderName } from './contenders/contender.js';
import type { Servers } from './servers.js';
import type { Topics } from './topics.js';

export interface Round {
  /** Events a second, from the first request to the last follow-up event. */
  readonly perSecond: number;
  /** CPU microseconds an event. `contender`: producer, consumer and relay. */
  readonly cpu: { readonly contender: number; readonly postgres: number; readonly kafka: number };
  /** Milliseconds from the row of the producer to the row of the consumer at a low rate. */
  readonly latency: { readonly p50: number; readonly p99: number };
  readonly machineLoad: number;
}

/** Requests in flight; requests before the measurement; and a low rate for the latency. */
const inFlight = 64;
const warmUp = 100;
const slow = { seconds: 5, perSecond: 20 };
const timeoutMs = 300_000;

/** Lets one contender carry events alone on the machine. */
export async function measureRound(
  servers: Servers,
  topics: Topics,
  name: ContenderName,
  events: number,
): Promise<Round> {
  const one = await Case.open(servers, topics, name, 'speed');
  let expected = 0;
  const send = async (count: number): Promise<void> => {
    let left = count;
    expected += count;
    const sender = async (): Promise<void> => {
      while (left-- > 0) await one.transfer();
    };
    await Promise.all(Array.from({ length: Math.min(inFlight, count) }, sender));
  };
  const isDone = async (): Promise<boolean> => {
    await pause(50);
    return (await topics.ends(one.place.balances)).reduce((sum, end) => sum + end, 0) >= expected;
  };
  const untilDone = (): Promise<void> => waitUntil(`${name} has carried ${expected} events`, isDone, timeoutMs);
  await send(warmUp);
  await untilDone();
  const own = new Map(
    [one.producer, one.consumer, ...(one.relay ? [one.relay] : [])].map(({ pid }) => [`${pid}`, pid]),
  );
  const cpuSince = watchCpu(new Map([...own, ...servers.processes()]));
  const startAt = performance.now();
  await send(events);
  await untilDone();
  const elapsed = performance.now() - startAt;
  const cpu = cpuSince();
  const sent = await one.load(slow);
  expected += sent;
  await untilDone();
  const delays = await delaysOf(one, sent);
  await one.close();
  await topics.remove([one.place.transfers, one.place.balances]);
  return {
    perSecond: events / (elapsed / 1_000),
    cpu: {
      contender: [...own.keys()].reduce((sum, key) => sum + cpu.get(key)!, 0) / events,
      postgres: cpu.get('PostgreSQL')! / events,
      kafka: cpu.get('Kafka')! / events,
    },
    latency: { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99) },
    machineLoad: load(),
  };
}

/** Milliseconds from row to row, of the last transfers. */
async function delaysOf({ place }: Case, count: number): Promise<number[]> {
  const stored = await query<{ id: string; at: Date }>(
    place.producerUrl,
    `select transfer_id as id, stored_at as at from transfers order by stored_at desc limit ${count}`,
  );
  const applied = await query<{ id: string; at: Date }>(
    place.consumerUrl,
    'select transfer_id as id, applied_at as at from ledger',
  );
  const appliedAt = new Map(applied.map(({ id, at }) => [id, at.getTime()]));
  return stored.map(({ id, at }) => appliedAt.get(id)! - at.getTime());
}
