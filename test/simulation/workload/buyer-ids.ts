import { userId, type UserId } from '@tradewind/contracts';
import { uuidv7 } from '@tradewind/kernel';
import { SeededRandom } from '@tradewind/simulation';

/** The sign-up time in every buyer id; any time would do. */
const signedUpAt = Date.UTC(2026, 0, 1);

/** The buyer ids of a seed: the same for the same seed, and different for any two seeds. */
export function buyersOf(seed: number, count: number): UserId[] {
  const random = new SeededRandom(`buyers ${seed}`);
  return Array.from({ length: count }, (_, at) => userId(uuidv7(signedUpAt + at, random.bytes(10))));
}
