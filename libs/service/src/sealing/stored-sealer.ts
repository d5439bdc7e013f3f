import { topics, type UserId } from '@tradewind/contracts';
import { Transient, type Clock, type Randomness } from '@tradewind/kernel';
import type { DataSource } from 'typeorm';
import { Lru } from '../cache/lru.js';
import { bodyHash, canonicalJson, type RequestHashes } from '../idempotency/index.js';
import type { RowWaiter, TopicProgress, ChangedRow } from '../waiting/index.js';
import { DataKeys } from './data-keys.table.js';
import { Forgotten } from './forgotten.js';
import { keyedHash, ownerOf, sealWith, unsealWith, unwrap, type KeySecrets, type SealedPlace } from './seal.js';
import { Sealer } from './sealer.js';

const selectDataKeys = `select user_id as "userId", wrapped_key as "wrappedKey" from svc_data_keys where user_id = any($1::uuid[])`;

const arrivalTimeoutMs = 2_000;
const maxAgeMs = 10_000;

/** null: the key was destroyed; undefined: it has not arrived. */
type DataKeyState = Buffer | null | undefined;

/**
 * Seals with the service's own table of `user.data-keys`. Caches unwrapped keys for 10 s: so long may it take until this
 * instance notices a destroyed key that another instance consumed.
 */
export class StoredSealer extends Sealer {
  readonly #keys = new Lru<string, { readonly key: Buffer; readonly at: number }>(10_000);

  constructor(
    private readonly secrets: KeySecrets,
    private readonly dataSource: DataSource,
    private readonly rowWaiter: RowWaiter,
    private readonly topicProgress: TopicProgress,
    private readonly ports: { readonly clock: Clock; readonly randomness: Randomness },
    onCommitted: (listener: (changes: readonly ChangedRow[]) => void) => void,
  ) {
    super();
    onCommitted((changes) => {
      for (const { table, key } of changes) if (table === DataKeys.name) this.#keys.delete(key);
    });
  }

  async seal(userId: UserId, place: SealedPlace, clear: string): Promise<string> {
    return sealWith(await this.#livingKey(userId), userId, place, clear, this.ports.randomness);
  }

  async requestHashes(userId: UserId, key: string, body: unknown): Promise<RequestHashes> {
    return { keyHash: bodyHash(key), bodyHash: keyedHash(await this.#livingKey(userId), canonicalJson(body)) };
  }

  async unseal(place: SealedPlace, sealed: string): Promise<string | null> {
    const owner = ownerOf(sealed);
    const found = await this.#keyOf(owner);
    const key = found === undefined ? await this.#missingKey(owner) : found;
    return key === null ? null : unsealWith(key, place, sealed);
  }

  async #livingKey(userId: UserId): Promise<Buffer> {
    const key = await this.#keyOf(userId);
    if (key === null) throw new Forgotten(userId);
    if (key === undefined) throw new Transient(`the data key of the user ${userId} has not arrived`);
    return key;
  }

  async #keyOf(userId: string): Promise<DataKeyState> {
    const cached = this.#keys.get(userId);
    if (cached && this.ports.clock.now().getTime() - cached.at < maxAgeMs) return cached.key;
    return this.#cache(
      userId,
      await this.rowWaiter.waitFor(DataKeys.name, userId, (ids) => this.#load(ids), arrivalTimeoutMs),
    );
  }

  /**
   * If the topic was read to its end without the key, the key was destroyed so long ago that its tombstone was compacted away:
   * a new service that replays old messages reads *erased*. Otherwise the key may still arrive.
   */
  async #missingKey(userId: string): Promise<Buffer | null> {
    const caughtUp = await this.topicProgress.isCaughtUp(topics.userDataKeys);
    const key = this.#cache(userId, (await this.#load([userId])).get(userId));
    if (key !== undefined) return key;
    if (caughtUp) return null;
    throw new Transient(`the data key of the user ${userId} has not arrived`);
  }

  /** The wrapped keys; null for a destroyed one. */
  async #load(userIds: readonly string[]): Promise<Map<string, string | null>> {
    const rows = await this.dataSource.query<{ userId: string; wrappedKey: string | null }[]>(selectDataKeys, [
      userIds,
    ]);
    return new Map(rows.map(({ userId, wrappedKey }) => [userId, wrappedKey]));
  }

  #cache(userId: string, wrapped: string | null | undefined): DataKeyState {
    if (wrapped === null || wrapped === undefined) return wrapped;
    const key = unwrap(this.secrets, userId, wrapped);
    this.#keys.set(userId, { key, at: this.ports.clock.now().getTime() });
    return key;
  }
}
