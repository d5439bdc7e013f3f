import { Gauge } from 'prom-client';
import type { KafkaTransport } from '../consumer/kafka-transport.js';
import type { EffectWorker } from '../effects/effect-worker.js';
import type { Runner } from '../handling/runner.js';
import type { Relay } from '../outbox/relay.js';
import { partitionKey, withTimeout, type KafkaClient, type RuntimePorts, type Store } from '../ports/index.js';
import type { RetentionWorker } from '../retention/index.js';
import type { AnySaga } from '../sagas/saga-decisions.js';
import { LagSeconds, type PartitionLag } from './lag-seconds.js';

export interface MetricSources {
  /** Label of every metric. */
  readonly service: string;
  readonly store: Store;
  readonly kafka: KafkaClient;
  readonly ports: RuntimePorts;
  readonly transport: KafkaTransport;
  readonly relay: Relay;
  readonly runner: Runner;
  readonly retention: RetentionWorker;
  readonly effects: EffectWorker;
  readonly sagas: readonly AnySaga[];
}

/** Longest time for one reading: a scrape does not wait for a silent server. */
const readingTimeoutMs = 2_000;

/** The modules of this process, which share the metrics. */
export const modules = new Set<MetricSources>();

type Labels = Readonly<Record<string, string>>;

/** A gauge with one reading for each module. */
export function gauge(name: string, help: string, read: (source: MetricSources) => Promise<number>): void {
  readings(name, help, [], async (source, set) => set({}, read(source)));
}

/** A gauge that sets its own readings for each module. */
export function readings(
  name: string,
  help: string,
  labels: readonly string[],
  read: (source: MetricSources, set: (labels: Labels, value: Promise<number>) => Promise<void>) => Promise<unknown>,
): void {
  new Gauge({
    name: `tradewind_${name}`,
    help,
    labelNames: ['service', ...labels],
    async collect() {
      this.reset();
      await Promise.all(
        [...modules].map((source) =>
          read(source, async (more, value) => {
            const known = value.catch(() => Number.NaN);
            const { service, ports } = source;
            this.set({ service, ...more }, await withTimeout(ports.timers, readingTimeoutMs, known, Number.NaN));
          }),
        ),
      );
    },
  });
}

interface Reading {
  readonly labels: Labels;
  readonly value: number;
}

/** A gauge whose reading has all its series. Where it fails, those that are known are NaN. */
export function seriesOf(
  name: string,
  help: string,
  labels: readonly string[],
  read: (source: MetricSources) => Promise<readonly Reading[]>,
): void {
  const known = new Map<MetricSources, readonly Labels[]>();
  readings(name, help, labels, async (source, set) => {
    const { ports } = source;
    const found = await withTimeout(
      ports.timers,
      readingTimeoutMs,
      read(source).catch(() => undefined),
      undefined,
    );
    if (found)
      known.set(
        source,
        found.map((each) => each.labels),
      );
    const all = found ?? (known.get(source) ?? []).map((each): Reading => ({ labels: each, value: Number.NaN }));
    await Promise.all(all.map((each) => set(each.labels, Promise.resolve(each.value))));
  });
}

const lagClocks = new WeakMap<MetricSources, Map<string, LagSeconds>>();

export function lagSeconds(source: MetricSources, group: string): LagSeconds {
  const clocks = lagClocks.get(source) ?? new Map<string, LagSeconds>();
  lagClocks.set(source, clocks);
  const clock = clocks.get(group) ?? new LagSeconds();
  clocks.set(group, clock);
  return clock;
}

export async function lagOf(
  { kafka }: MetricSources,
  group: string,
  topics: readonly string[],
): Promise<PartitionLag[]> {
  const committed = new Map(
    (await kafka.committedOffsets(group, topics)).map((each) => [partitionKey(each), each.offset]),
  );
  return (await kafka.endOffsets(topics)).map(({ topic, partition, start, end }) => ({
    topic,
    partition,
    end,
    committed: committed.get(partitionKey({ topic, partition })) ?? start,
  }));
}
