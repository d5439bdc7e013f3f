import { SigningKeyAnnounced, SigningKeyRetired } from '@tradewind/contracts';
import { command, rows, rowsWhere, nothing, save, publish, type Decision } from '@tradewind/messaging';
import { planKeys, type AnnouncedKey, type KeyPolicy } from '../domain/signing-key.js';
import { KeyRings, RingKeys } from '../storage/tables.js';

export interface RotateKeysInput {
  /** Announced if a new key is due. */
  readonly candidate: AnnouncedKey;
  /** The keys whose records were read back from the topic. */
  readonly arrived: readonly string[];
  readonly policy: KeyPolicy;
}

/** Announces, acknowledges and retires signing keys. The lock of the ring's row serialises the instances. */
export const rotateKeys = command(
  'keys.rotate',
  {
    ring: rows(KeyRings, (_: RotateKeysInput) => ['access']),
    keys: rowsWhere(RingKeys, 'ring', () => ['access']),
    // a row must be loaded before it is saved
    candidateRow: rows(RingKeys, ({ candidate }: RotateKeysInput) => [candidate.kid]),
  },
  ({ candidate, arrived, policy }: RotateKeysInput, { keys, now }) => {
    const plan = planKeys(keys.all(), new Set(arrived), candidate, now, policy);
    const changed = [...plan.announced, ...plan.acknowledged, ...plan.retired];
    if (changed.length === 0) return nothing();
    let decision: Decision = save(RingKeys, ...changed.map((key) => ({ ...key, ring: 'access' as const }))).and(
      save(KeyRings, { ring: 'access', changedAt: now }),
    );
    for (const { kid, publicKey, announcedAt, expiresAt, announcement } of plan.announced) {
      decision = decision.and(
        publish(SigningKeyAnnounced, {
          kid,
          publicKey,
          notBefore: announcedAt.toISOString(),
          notAfter: expiresAt.toISOString(),
          signature: announcement,
        }),
      );
    }
    for (const { kid, retirement } of plan.retired)
      decision = decision.and(publish(SigningKeyRetired, { kid, signature: retirement }));
    return decision;
  },
);
