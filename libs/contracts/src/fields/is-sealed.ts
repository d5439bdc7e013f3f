import { Matches } from 'class-validator';

/**
 * A field that only a holder of its owner's data key can read: `sealed:1:<owner id>:<nonce>:<cipher text and tag>`,
 * AES-256-GCM, base64url. Clear text is invalid, so names, e-mails and addresses can't leave a service by mistake.
 */
export type Sealed = string;

export const sealedPattern = /^sealed:1:[0-9a-f-]{36}:[A-Za-z0-9_-]{16}:[A-Za-z0-9_-]{22,}$/;

export const IsSealed = (): PropertyDecorator =>
  Matches(sealedPattern, { message: "must be sealed with its owner's data key" });
