import type { ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '@tradewind/service';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { Upstreams } from '../discovery/upstreams.js';
import { routedServices } from '../domain/routes.js';

const states = ['new', 'up', 'down'] as const;

/** What goes through the gateway, measured. */
@Injectable()
export class Traffic {
  readonly registry = new Registry();
  readonly #requests: Histogram<'service' | 'method' | 'status'>;
  readonly #triedAgain: Counter<'service'>;

  constructor(
    upstreams: Upstreams,
    @Inject(Clock) private readonly clock: Clock,
  ) {
    const registers = [this.registry];
    this.#requests = new Histogram({
      name: 'gateway_request_duration_seconds',
      help: 'Time from a request to the end of its answer',
      labelNames: ['service', 'method', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    this.#triedAgain = new Counter({ name: 'gateway_retries_total', help: 'Calls that were tried a second time', labelNames: ['service'], registers });
    new Gauge({
      name: 'gateway_instances',
      help: 'Known instances by state',
      labelNames: ['service', 'state'],
      registers,
      collect() {
        for (const service of routedServices) {
          for (const state of states) this.set({ service, state }, upstreams.of(service).filter((upstream) => upstream.state === state).length);
        }
      },
    });
  }

  measure(service: string, method: string, response: ServerResponse): void {
    const started = this.clock.now().getTime();
    response.once('close', () => {
      const status = response.headersSent ? String(response.statusCode) : 'aborted';
      this.#requests.observe({ service, method, status }, (this.clock.now().getTime() - started) / 1_000);
    });
  }

  triedAgain(service: string): void {
    this.#triedAgain.inc({ service });
  }
}
