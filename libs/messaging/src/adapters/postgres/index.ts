/** The store port on PostgreSQL. Every line of the library's SQL is here. */
export { messagingMigrations } from './migrations.js';
export { PostgresStore } from './postgres-store.js';
export { tableOf, type RowOf, type TableOfOptions } from './table-of.js';
