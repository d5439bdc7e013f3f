export * from './json-logger.js';
export * from './mask.js';
export * from './request-log.js';
