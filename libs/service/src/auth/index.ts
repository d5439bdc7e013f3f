/** Access tokens: the guard, the decorators of routes, and the key ring that verifies them. */
export * from './access.js';
export { bearerToken } from './access.guard.js';
export * from './current-user.js';
export { noRevocations, Revocations } from './revocations.js';
export * from './revocations.table.js';
export * from './signing-keys.table.js';
export * from './signing-root.js';
export {
  KeyRing,
  TokenVerifier,
  importKey,
  isInForce,
  tokenAudience,
  tokenIssuer,
  tokenType,
  type VerificationKey,
} from './token.js';
