/** The OpenAPI document, from the rules of the DTOs. */
export * from './docs.js';
