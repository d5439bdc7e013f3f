/** Access tokens: the guard, the decorators of routes, and the key ring that verifies them. */
export * from './access.js';
export { bearerToken } from './access.guard.js';
export * from './current-user.js';
export * from './signing-keys.table.js';
export { KeyRing, TokenVerifier, importKey, tokenAudience, tokenIssuer, type VerificationKey } from './token.js';
