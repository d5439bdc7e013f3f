import { createHash } from 'node:crypto';
import type { Randomness } from '@tradewind/kernel';

/** 256 random bits, base64url. */
export const mailedTokenForm = /^[A-Za-z0-9_-]{43}$/;

export const newMailedToken = (random: Randomness): string => Buffer.from(random.bytes(32)).toString('base64url');

/** What is stored; a fast hash is enough for random bits. */
export const mailedTokenHash = (token: string): string =>
  createHash('sha256').update(`mailed ${token}`).digest('base64url');
