import { createHash } from 'node:crypto';
import { problem } from '@tradewind/service';
import { prefixes } from './breached-passwords.js';

const prefixOf = (password: string): number => createHash('sha256').update(password).digest().readUInt32BE(0);

function read(base64: string): ReadonlySet<number> {
  const bytes = Buffer.from(base64, 'base64');
  return new Set(Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readUInt32BE(index * 4)));
}

let common: ReadonlySet<number> | undefined;

const fewestCharacters = 4;

/** What is known of the person of a password. */
interface About {
  readonly email: string;
  readonly name: string;
}

/** Throws a 400 problem for a weak password. */
export function refuseWeak(password: string, about: About): void {
  const weakness = weaknessOf(password, about);
  if (weakness !== undefined)
    throw problem(400, 'invalid-request', `password ${weakness}`, {
      errors: [{ field: 'password', detail: weakness }],
    });
}

/** Why a password is among those that are guessed first; undefined if it is not. */
export function weaknessOf(password: string, about: About): string | undefined {
  const text = password.normalize('NFC').toLowerCase();
  if (new Set(text).size < fewestCharacters) return `must have at least ${fewestCharacters} different characters`;
  const [mailbox = ''] = about.email.toLowerCase().split('@', 1);
  if ([about.email, mailbox, about.name].some((known) => known.toLowerCase() === text))
    return 'must not be your name or e-mail address';
  common ??= read(prefixes);
  return common.has(prefixOf(text)) ? 'is one of the passwords that are guessed first: choose another one' : undefined;
}
