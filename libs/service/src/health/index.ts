/** Readiness of the instance. */
export * from './health.js';
export * from './operations-server.js';
