import { randomFillSync } from 'node:crypto';
import { uuidv7 } from '@tradewind/kernel';

const chance = new Uint8Array(10_240);
let used = chance.length;

/** A new UUIDv7; chance is fetched for a thousand of them at once. */
export function freshId(): string {
  if (used === chance.length) {
    randomFillSync(chance);
    used = 0;
  }
  return uuidv7(Date.now(), chance.subarray(used, (used += 10)));
}
