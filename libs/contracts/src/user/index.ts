export * from './user-registered.js';
export * from './profile-updated.js';
export * from './user-forgotten.js';
export * from './signing-key-announced.js';
export * from './signing-key-retired.js';
export * from './data-key-announced.js';
export * from './data-key-destroyed.js';
