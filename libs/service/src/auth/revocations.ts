/** Sessions whose access tokens must not be accepted any more. */
export interface Revocations {
  isRevoked(sessionId: string): boolean;
}

/** Injection token of the revocations. */
export const Revocations = Symbol('Revocations');

/** For a service that only forwards requests to others, which check. */
export const noRevocations: Revocations = { isRevoked: () => false };
