/** The OpenAPI document, from annotations and the rules of the DTOs. */
export * from './annotations.js';
export { serveDocs } from './serve-docs.js';
