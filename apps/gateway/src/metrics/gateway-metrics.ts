import type { ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { Clock, Metrics } from '@tradewind/service';
import { Counter, Histogram, register } from 'prom-client';
import { Upstreams } from '../discovery/upstreams.js';
import { routedServices } from '../domain/routes.js';

const requests = new Histogram({
  name: 'tradewind_gateway_request_duration_seconds',
  help: 'Time from a request to the end of its response.',
  labelNames: ['service', 'method', 'status'],
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  registers: [register],
});
const retries = new Counter({
  name: 'tradewind_gateway_retries_total',
  help: 'Calls that were retried.',
  labelNames: ['service'],
  registers: [register],
});

/** The metrics of forwarded requests and of the known instances. */
@Injectable()
export class GatewayMetrics {
  constructor(
    upstreams: Upstreams,
    metrics: Metrics,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    for (const service of routedServices) retries.inc({ service }, 0);
    const count = (counts: (state: string) => boolean) => (): Record<string, number> =>
      Object.fromEntries(
        routedServices.map((service) => [service, upstreams.of(service).filter(({ state }) => counts(state)).length]),
      );
    metrics.labelledGauge(
      'tradewind_gateway_instances_known',
      'Known instances.',
      'service',
      count(() => true),
    );
    metrics.labelledGauge(
      'tradewind_gateway_instances_up',
      'Instances that get calls.',
      'service',
      count((state) => state === 'up'),
    );
  }

  measure(service: string, method: string, response: ServerResponse): void {
    const started = this.clock.now().getTime();
    response.once('close', () => {
      const status = response.headersSent ? String(response.statusCode) : 'aborted';
      requests.observe({ service, method, status }, (this.clock.now().getTime() - started) / 1_000);
    });
  }

  countRetry(service: string): void {
    retries.inc({ service });
  }
}
