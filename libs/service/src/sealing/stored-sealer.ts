import { topics } from '@tradewind/contracts';
import { Transient, type Clock, type Randomness, type UserId } from '@tradewind/kernel';
import type { DataSource } from 'typeorm';
import { Lru } from '../lru.js';
import type { Awaiting, CaughtUp, Changed } from '../waiting/index.js';
import { DataKeys } from './data-keys.table.js';
import { Forgotten } from './forgotten.js';
import { blindIndexWith, ownerOf, sealWith, unsealWith, unwrap } from './seal.js';
import { Sealer } from './sealer.js';

const dataKeysOf = `select user_id as "userId", wrapped_key as "wrappedKey" from svc_data_keys where user_id = any($1::uuid[])`;

const waitMilliseconds = 2_000;
const freshMilliseconds = 10_000;

/** A key; null: it was destroyed; undefined: it is not there. */
type Found = Buffer | null | undefined;

/**
 * Seals with the service's own table of `user.data-keys`; unwrapped keys stay in memory for 10 s, which is how long another
 * instance's news that a person was forgotten may take to get here.
 */
export class StoredSealer extends Sealer {
  readonly #keys = new Lru<string, { readonly key: Buffer; readonly at: number }>(10_000);

  constructor(
    private readonly secret: Buffer,
    private readonly dataSource: DataSource,
    private readonly awaiting: Awaiting,
    private readonly caughtUp: CaughtUp,
    private readonly world: { readonly clock: Clock; readonly randomness: Randomness },
    onCommitted: (listener: (changes: readonly Changed[]) => void) => void,
  ) {
    super();
    onCommitted((changes) => {
      for (const { table, key } of changes) if (table === DataKeys.name) this.#keys.delete(key);
    });
  }

  async seal(userId: UserId, clear: string): Promise<string> {
    const key = await this.#keyOf(userId);
    if (key === null) throw new Forgotten(userId);
    if (key === undefined) throw new Transient(`the data key of the user ${userId} has not arrived`);
    return sealWith(key, userId, clear, this.world.randomness);
  }

  async unseal(sealed: string): Promise<string | null> {
    const owner = ownerOf(sealed);
    const found = await this.#keyOf(owner);
    const key = found === undefined ? await this.#lastLook(owner) : found;
    return key === null ? null : unsealWith(key, sealed);
  }

  blindIndex(text: string): string {
    return blindIndexWith(this.secret, text);
  }

  async #keyOf(userId: string): Promise<Found> {
    const cached = this.#keys.get(userId);
    if (cached && this.world.clock.now().getTime() - cached.at < freshMilliseconds) return cached.key;
    return this.#keep(
      userId,
      await this.awaiting.until(DataKeys.name, userId, (ids) => this.#look(ids), waitMilliseconds),
    );
  }

  /**
   * A key that is not there although the topic was read to its end was destroyed so long ago that even its tombstone is gone:
   * a service that starts anew reads as *erased* what it replays. Else it is still on its way.
   */
  async #lastLook(userId: string): Promise<Buffer | null> {
    const caughtUp = await this.caughtUp.with(topics.userDataKeys);
    const key = this.#keep(userId, (await this.#look([userId])).get(userId));
    if (key !== undefined) return key;
    if (caughtUp) return null;
    throw new Transient(`the data key of the user ${userId} has not arrived`);
  }

  /** The wrapped keys, null where it was destroyed. */
  async #look(userIds: readonly string[]): Promise<Map<string, string | null>> {
    const rows = await this.dataSource.query<{ userId: string; wrappedKey: string | null }[]>(dataKeysOf, [userIds]);
    return new Map(rows.map(({ userId, wrappedKey }) => [userId, wrappedKey]));
  }

  #keep(userId: string, wrapped: string | null | undefined): Found {
    if (wrapped === null || wrapped === undefined) return wrapped;
    const key = unwrap(this.secret, userId, wrapped);
    this.#keys.set(userId, { key, at: this.world.clock.now().getTime() });
    return key;
  }
}
