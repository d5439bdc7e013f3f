/** Prometheus metrics of the service. */
export * from './metrics.js';
