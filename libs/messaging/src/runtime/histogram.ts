import type { Registry } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

interface Series {
  readonly labels: Labels;
  readonly counts: number[];
  sum: number;
  count: number;
}

export interface HistogramOptions {
  readonly name: string;
  readonly help: string;
  /** Upper bounds, in seconds, rising. */
  readonly buckets: readonly number[];
}

/**
 * A histogram for the hot path: several observations of one value cost as much as one, and a series is found by a text. prom-client's own
 * validates and sorts labels at each observation.
 */
export class Histogram {
  readonly #series = new Map<string, Series>();

  constructor(private readonly options: HistogramOptions) {}

  /** Adds `times` observations of one value in seconds. */
  observe(labels: Labels, seconds: number, times = 1): void {
    const { buckets } = this.options;
    const series = this.#seriesOf(labels);
    let at = 0;
    while (at < buckets.length && seconds > (buckets[at] ?? 0)) at++;
    series.counts[at] = (series.counts[at] ?? 0) + times;
    series.sum += seconds * times;
    series.count += times;
  }

  #seriesOf(labels: Labels): Series {
    const key = Object.values(labels).join('\n');
    let series = this.#series.get(key);
    if (!series) {
      series = { labels, counts: new Array<number>(this.options.buckets.length + 1).fill(0), sum: 0, count: 0 };
      this.#series.set(key, series);
    }
    return series;
  }

  /** Shows it in a registry of prom-client. */
  register(registry: Registry): void {
    registry.registerMetric({
      name: this.options.name,
      get: () => Promise.resolve(this.#values()),
      reset: () => this.#series.clear(),
    } as unknown as Parameters<Registry['registerMetric']>[0]);
  }

  #values(): object {
    const { name, help, buckets } = this.options;
    const values = [...this.#series.values()].flatMap(({ labels, counts, sum, count }) => {
      let below = 0;
      return [
        ...counts.map((inBucket, at) => ({
          metricName: `${name}_bucket`,
          labels: { le: buckets[at] ?? '+Inf', ...labels },
          value: (below += inBucket),
        })),
        { metricName: `${name}_sum`, labels, value: sum },
        { metricName: `${name}_count`, labels, value: count },
      ];
    });
    return { name, help, type: 'histogram', aggregator: 'sum', values };
  }
}
