/** For tests: conformance suites of the ports, `eventually`, and a TCP proxy that breaks connections. */
export * from './conformance/kafka-conformance.js';
export * from './conformance/runtime-ports-conformance.js';
export * from './conformance/store-conformance.js';
export { tablesDdl } from './conformance/tables-conformance.js';
export * from './eventually.js';
export * from './tcp-proxy.js';
