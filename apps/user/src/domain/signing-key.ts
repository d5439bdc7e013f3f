/** A signing key of access tokens, in the service that owns it. */
export type SigningKey = AnnouncedKey | AcknowledgedKey | RetiredKey;

interface KeyPairFields {
  readonly kid: string;
  readonly publicKey: string;
  /** Encrypted; never published. */
  readonly privateKey: string;
  readonly announcedAt: Date;
  /** From then on no token signed with it is accepted. */
  readonly expiresAt: Date;
  /** The signatures of the root key: of the key, and in advance of its retirement. */
  readonly announcement: string;
  readonly retirement: string;
  /** The earliest time at which it signs. */
  readonly signsFrom: Date;
}

/** In the outbox, but perhaps not on the topic: another service could reject a token signed with it. */
export interface AnnouncedKey extends KeyPairFields {
  readonly status: 'announced';
}

/** Its record was read back from the topic, so the other services can read it too. */
export interface AcknowledgedKey extends KeyPairFields {
  readonly status: 'acknowledged';
  readonly acknowledgedAt: Date;
}

export interface RetiredKey {
  readonly status: 'retired';
  readonly kid: string;
  readonly retirement: string;
  readonly retiredAt: Date;
}

/** All in milliseconds. */
export interface KeyPolicy {
  readonly rotateAfter: number;
  /** Time between the record on the topic and the first token, in which the verifiers read the key. */
  readonly lead: number;
  readonly tokenLifetime: number;
  /** Longer than the time for which an instance may still sign with the old key after the new one has started. */
  readonly margin: number;
}

export interface KeyPlan {
  readonly announced: readonly AnnouncedKey[];
  readonly acknowledged: readonly AcknowledgedKey[];
  readonly retired: readonly RetiredKey[];
}

const later = (date: Date, milliseconds: number): Date => new Date(date.getTime() + milliseconds);

/** The key that signs now: the newest acknowledged key whose start time has passed. Undefined until the first key is acknowledged. */
export const signer = (keys: readonly SigningKey[], now: Date): AcknowledgedKey | undefined =>
  keys
    .filter((key) => key.status === 'acknowledged')
    .filter(({ signsFrom, expiresAt }) => signsFrom <= now && now < expiresAt)
    .sort((a, b) => b.signsFrom.getTime() - a.signsFrom.getTime())[0];

/** The changes of the keys that are due now. Repeating it, also in another instance, changes nothing more. */
export function planKeys(
  keys: readonly SigningKey[],
  arrived: ReadonlySet<string>,
  candidate: AnnouncedKey,
  now: Date,
  policy: KeyPolicy,
): KeyPlan {
  const unacknowledged = keys.filter((key) => key.status === 'announced');
  const signing = keys
    .filter((key) => key.status === 'acknowledged')
    .sort((a, b) => a.signsFrom.getTime() - b.signsFrom.getTime());
  const newest = signing.findLast(({ expiresAt }) => now < expiresAt);

  const acknowledged = unacknowledged
    .filter((key) => arrived.has(key.kid))
    .map((key): AcknowledgedKey => {
      const earliest = newest ? later(now, policy.lead) : now;
      return {
        ...key,
        status: 'acknowledged',
        acknowledgedAt: now,
        signsFrom: earliest > key.signsFrom ? earliest : key.signsFrom,
      };
    });

  const due = newest === undefined || later(newest.signsFrom, policy.rotateAfter) <= now;
  const announced =
    unacknowledged.length === 0 && due ? [{ ...candidate, signsFrom: newest ? later(now, policy.lead) : now }] : [];

  const retired = signing
    .filter((_, index) => {
      const successor = signing[index + 1];
      return successor !== undefined && later(successor.signsFrom, policy.tokenLifetime + policy.margin) <= now;
    })
    .map(({ kid, retirement }): RetiredKey => ({ status: 'retired', kid, retirement, retiredAt: now }));

  return { announced, acknowledged, retired };
}
