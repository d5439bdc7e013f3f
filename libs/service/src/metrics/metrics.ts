import type { RequestHandler } from 'express';
import { Gauge, Histogram, Registry, register } from 'prom-client';
import { routeOf } from '../http/routes.js';

/** The metrics of this app in a registry of its own, exposed together with the process-wide registry, which libraries use. */
export class Metrics {
  readonly #own = new Registry();
  readonly #requests = new Histogram({
    name: 'tradewind_http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last byte of its response.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.#own],
  });

  get contentType(): string {
    return this.#own.contentType;
  }

  /** A gauge that is measured at each scrape. */
  gauge(name: string, help: string, measure: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.#own],
      collect() {
        this.set(measure());
      },
    });
  }

  /** A gauge with one label, measured at each scrape: a number for each value of the label. */
  labelledGauge(name: string, help: string, label: string, measure: () => Readonly<Record<string, number>>): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.#own],
      collect() {
        for (const [value, count] of Object.entries(measure())) this.set({ [label]: value }, count);
      },
    });
  }

  text(): Promise<string> {
    return Registry.merge([register, this.#own]).metrics();
  }

  readonly middleware: RequestHandler = (request, response, next) => {
    const end = this.#requests.startTimer();
    response.once('close', () => end({ method: request.method, route: routeOf(request), status: response.statusCode }));
    next();
  };
}
