export * from './assert-never.js';
export * from './bad-news.js';
export * from './group-by.js';
export * from './id.js';
export * from './id-kinds.js';
export * from './money.js';
export * from './time.js';
