import { uuidv7, userId, type UserId } from '@tradewind/kernel';
import { Chance } from '@tradewind/testing/simulated';

/** When everybody of the simulation signed up; any moment would do. */
const signedUp = Date.UTC(2026, 0, 1);

/** Ids of a schedule's buyers: the same seed has the same people, and no two seeds share one. */
export function buyersOf(seed: number, count: number): UserId[] {
  const chance = new Chance(`buyers ${seed}`);
  return Array.from({ length: count }, (_, at) => userId(uuidv7(signedUp + at, chance.bytes(10))));
}

/** Looks like an address that was sealed under its owner's key, and can't be opened: nobody here wants to read it. */
export const sealedAddress = (owner: UserId, text: string): string =>
  `sealed:1:${owner}:${'n'.repeat(16)}:${Buffer.from(text).toString('base64url').padEnd(22, 'A')}`;
