/** Environment variables, validated into one frozen object. */
export * from './read-config.js';
export * from './satisfies.js';
export * from './service-config.js';
export * from './signing-root-key.js';
