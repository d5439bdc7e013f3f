/** Connection, migrations and batched reads. */
export * from './database-unavailable.js';
export * from './batched-read.js';
export * from './migrate.js';
export * from './open-database.js';
