import { SigningKeyAnnounced, SigningKeyRetired } from '@tradewind/contracts';
import { command, keys, matching, nothing, save, say, type Decision } from '@tradewind/messaging';
import { planKeys, type AnnouncedKey, type KeyPolicy } from '../domain/signing-key.js';
import { KeyRings, RingKeys } from '../storage/tables.js';

export interface Tending {
  /** The key to announce, if one is due. */
  readonly candidate: AnnouncedKey;
  /** The keys whose records have come back from the topic. */
  readonly arrived: readonly string[];
  readonly policy: KeyPolicy;
}

/** Sees to the keys: announces, acknowledges, retires. The ring's row is locked, so instances do it one after the other. */
export const tendKeys = command(
  'keys.tend',
  {
    ring: keys(KeyRings, (_: Tending) => ['access']),
    // every key of the ring is asked for through the ring, and the new one by its id
    held: matching(RingKeys, 'ring', () => ['access']),
    fresh: keys(RingKeys, ({ candidate }: Tending) => [candidate.kid]),
  },
  ({ candidate, arrived, policy }: Tending, { held, now }) => {
    const plan = planKeys(held.all(), new Set(arrived), candidate, now, policy);
    const changed = [...plan.announced, ...plan.acknowledged, ...plan.retired];
    if (changed.length === 0) return nothing();
    let decision: Decision = save(RingKeys, ...changed.map((key) => ({ ...key, ring: 'access' as const }))).and(
      save(KeyRings, { ring: 'access', tendedAt: now }),
    );
    for (const { kid, publicKey, announcedAt, signsFrom } of plan.announced) {
      decision = decision.and(
        say(SigningKeyAnnounced, {
          kid,
          publicKey,
          announcedAt: announcedAt.toISOString(),
          signsFrom: signsFrom.toISOString(),
        }),
      );
    }
    for (const { kid } of plan.retired) decision = decision.and(say(SigningKeyRetired, { kid }));
    return decision;
  },
);
