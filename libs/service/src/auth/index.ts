export * from './access.js';
export * from './current-user.js';
export * from './signing-keys.table.js';
export { KeyRing, TokenVerifier, importKey, tokenAudience, tokenIssuer, type VerificationKey } from './token.js';
