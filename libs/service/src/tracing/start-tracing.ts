import { Logger } from '@nestjs/common';
import { systemClock, systemTimers } from '@tradewind/messaging/internals';
import type { ServiceConfig } from '../config/index.js';
import { withTimeout } from '../waiting/index.js';

/** A collector that is away delays the end of a process by at most this time. */
const shutdownTimeoutMs = 1_000;
/** A collector that is away is logged once in this time. */
const logIntervalMs = 60_000;

/** Exports the spans of this process from now on; resolves to what ends it. Without OTEL_EXPORTER_OTLP_ENDPOINT nothing is loaded and no span is made. */
export async function startTracing(config: ServiceConfig, service: string): Promise<() => Promise<void>> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = config;
  if (endpoint === undefined) return () => Promise.resolve();
  const logger = new Logger('Tracing');
  let loggedAt = 0;
  const warn = (reason: string): void => {
    const now = systemClock.now().getTime();
    if (Math.abs(now - loggedAt) < logIntervalMs) return;
    loggedAt = now;
    logger.warn('spans are not exported', { reason });
  };
  const { registerExporter } = await import('./otlp-exporter.js');
  const end = registerExporter(config, service, endpoint, warn);
  return () => withTimeout(systemTimers, shutdownTimeoutMs, end(), undefined);
}
