/** Readiness of the instance. */
export * from './health.js';
