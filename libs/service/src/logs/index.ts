/** JSON logs in which secrets and personal data are masked. */
export * from './json-logger.js';
export * from './mask.js';
export * from './request-log.js';
