export * from './database-away.js';
export * from './gathered-read.js';
export * from './migrate.js';
export * from './open-database.js';
