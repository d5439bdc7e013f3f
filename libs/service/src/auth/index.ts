export * from './access.js';
export * from './current-user.js';
export * from './signing-keys.table.js';
