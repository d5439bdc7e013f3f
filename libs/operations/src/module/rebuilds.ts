import { Rebuild, type RebuildOptions, type RebuildReport } from '../rebuild/index.js';
import type { ServiceParts } from './service-parts.js';

/** Rebuilds of a service's projections, with the handlers that Nest's container has made. */
export class Rebuilds {
  constructor(private readonly parts: ServiceParts) {}

  /** Builds the tables of a projection beside the live ones; see `Rebuild`. Rejects with RebuildRejected where it is not possible. */
  run(consumer: string, options: RebuildOptions): Promise<RebuildReport> {
    const { runtime, ...environment } = this.parts;
    return new Rebuild(runtime, runtime.options, environment, consumer, options).run();
  }
}
