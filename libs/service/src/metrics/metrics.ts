import type { RequestHandler, Request } from 'express';
import { Gauge, Histogram, Registry, register } from 'prom-client';

/** The pattern of the route, never the path itself: a label must not have as many values as there are ids. */
const routeOf = (request: Request): string => {
  const { route } = request as { route?: { path?: unknown } };
  return typeof route?.path === 'string' ? `${request.baseUrl}${route.path}` : 'unmatched';
};

/** What is measured of this app: its own registry, told together with the process-wide one, where libraries put theirs. */
export class Metrics {
  readonly #own = new Registry();
  readonly #requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its answer.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.#own],
  });

  get contentType(): string {
    return this.#own.contentType;
  }

  /** Measured when it is asked for: a number, or one for each value of a label. */
  gauge(name: string, help: string, measure: () => number | Readonly<Record<string, number>>, label?: string): void {
    new Gauge({
      name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [this.#own],
      collect() {
        const measured = measure();
        if (typeof measured === 'number') return this.set(measured);
        for (const [value, count] of Object.entries(measured)) this.set({ [label!]: value }, count);
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
