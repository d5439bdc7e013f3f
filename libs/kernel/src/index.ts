export * from './assert-never.js';
export * from './failures.js';
export * from './group-by.js';
export * from './http-address.js';
export * from './id.js';
export * from './money.js';
export * from './network-address.js';
export * from './time.js';
