export * from './auth/index.js';
export * from './config/index.js';
export * from './http/index.js';
export * from './run-service.js';
export * from './sealing/index.js';
export * from './service.module.js';
export * from './waiting/index.js';
