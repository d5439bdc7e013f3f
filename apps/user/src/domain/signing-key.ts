/** A key that access tokens are signed with, as its owner keeps it. */
export type SigningKey = AnnouncedKey | AcknowledgedKey | RetiredKey;

interface KeyPair {
  readonly kid: string;
  readonly publicKey: string;
  /** Encrypted; it never leaves this database. */
  readonly privateKey: string;
  readonly announcedAt: Date;
  /** The earliest time at which it signs. */
  readonly signsFrom: Date;
}

/** Said, but perhaps not on the topic yet: a token signed with it could be refused as forged. */
export interface AnnouncedKey extends KeyPair {
  readonly status: 'announced';
}

/** Its record has come back from the topic, so everybody else can know it too. */
export interface AcknowledgedKey extends KeyPair {
  readonly status: 'acknowledged';
  readonly acknowledgedAt: Date;
}

export interface RetiredKey {
  readonly status: 'retired';
  readonly kid: string;
  readonly retiredAt: Date;
}

/** All in milliseconds. */
export interface KeyPolicy {
  readonly rotateAfter: number;
  /** From the record on the topic to the first token: the time in which everybody learns the key. */
  readonly lead: number;
  readonly tokenLifetime: number;
  /** Longer than an instance may go on signing with the old key after the new one has begun. */
  readonly margin: number;
}

export interface KeyPlan {
  readonly announced: readonly AnnouncedKey[];
  readonly acknowledged: readonly AcknowledgedKey[];
  readonly retired: readonly RetiredKey[];
}

const later = (date: Date, milliseconds: number): Date => new Date(date.getTime() + milliseconds);

/** The key that signs now: the newest whose time has come. None while the very first has not been acknowledged. */
export const signer = (keys: readonly SigningKey[], now: Date): AcknowledgedKey | undefined =>
  keys
    .filter((key) => key.status === 'acknowledged')
    .filter((key) => key.signsFrom <= now)
    .sort((a, b) => b.signsFrom.getTime() - a.signsFrom.getTime())[0];

/** What has to be done about the keys now. Doing it twice, or in two instances one after the other, does it once. */
export function planKeys(
  keys: readonly SigningKey[],
  arrived: ReadonlySet<string>,
  candidate: AnnouncedKey,
  now: Date,
  policy: KeyPolicy,
): KeyPlan {
  const waiting = keys.filter((key) => key.status === 'announced');
  const known = keys
    .filter((key) => key.status === 'acknowledged')
    .sort((a, b) => a.signsFrom.getTime() - b.signsFrom.getTime());
  const newest = known.at(-1);

  const acknowledged = waiting
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
    waiting.length === 0 && due
      ? [{ ...candidate, announcedAt: now, signsFrom: newest ? later(now, policy.lead) : now }]
      : [];

  const retired = known
    .filter((_, place) => {
      const successor = known[place + 1];
      return successor !== undefined && later(successor.signsFrom, policy.tokenLifetime + policy.margin) <= now;
    })
    .map(({ kid }): RetiredKey => ({ status: 'retired', kid, retiredAt: now }));

  return { announced, acknowledged, retired };
}
