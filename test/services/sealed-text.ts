import type { UserId } from '@tradewind/contracts';

/** Has the form of a sealed text, and can not be decrypted: no code of the simulation reads it. */
export const sealedText = (owner: UserId, text: string): string =>
  `sealed:1:${owner}:${'n'.repeat(16)}:${Buffer.from(text).toString('base64url').padEnd(22, 'A')}`;
