/** The `x`, or the `d`, of an Ed25519 JWK: 32 bytes in base64url. */
export const isSigningRootKey = (value: unknown): boolean => typeof value === 'string' && /^[\w-]{43}$/.test(value);

export const signingRootRule = 'must be 32 bytes in base64url: the "x" (public) or the "d" (private) of an Ed25519 JWK';
