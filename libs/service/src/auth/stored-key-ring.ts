import { Logger } from '@nestjs/common';
import { topics } from '@tradewind/contracts';
import type { Clock } from '@tradewind/kernel';
import type { DataSource } from 'typeorm';
import { temporaryProblem } from '../http/index.js';
import type { RowWaiter, TopicProgress, ChangedRow } from '../waiting/index.js';
import { SigningKeys } from './signing-keys.table.js';
import { importKey, isInForce, type KeyRing, type VerificationKey } from './token.js';

const selectKeys = `
select kid, case when retired_at is null then public_key end as "publicKey", not_before as "notBefore", not_after as "notAfter"
from svc_signing_keys`;

const arrivalTimeoutMs = 2_000;
const maxAgeMs = 10_000;
const maxUnknownKeyWaits = 200;

/** A row. Of a retired key only `kid` is used: a key that was retired before it was announced has no times. */
interface KeyRow {
  readonly kid: string;
  readonly publicKey: string | null;
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** `key` is undefined for a retired key. */
interface Entry extends KeyRow {
  readonly key: VerificationKey | undefined;
}

/**
 * The key ring in the service's own table of `user.keys`, cached in memory. A retirement takes effect at once in the instance
 * that consumes it, and within 10 s in the others.
 */
export class StoredKeyRing implements KeyRing {
  readonly #logger = new Logger('Keys');
  #entries: Map<string, Entry> = new Map();
  #loadedAt = 0;
  #unknownKeyWaits = 0;
  #lastLoadStarted = 0;
  #lastLoadApplied = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly rowWaiter: RowWaiter,
    private readonly topicProgress: TopicProgress,
    private readonly clock: Clock,
    onCommitted: (listener: (changes: readonly ChangedRow[]) => void) => void,
  ) {
    onCommitted((changes) => {
      if (changes.some(({ table }) => table === SigningKeys.name)) this.#refresh();
    });
  }

  async find(kid: string): Promise<VerificationKey | undefined> {
    const now = this.clock.now();
    const known = this.#entries.get(kid);
    if (known && now.getTime() - this.#loadedAt > maxAgeMs) this.#refresh();
    const entry = known ?? (await this.#waitFor(kid));
    if (!entry) return this.#confirmAbsence();
    return entry.key && isInForce(entry, now) ? entry.key : undefined;
  }

  async #waitFor(kid: string): Promise<Entry | undefined> {
    // A client can invent key ids, so the number of waits is bounded.
    if (this.#unknownKeyWaits >= maxUnknownKeyWaits)
      throw temporaryProblem(503, 'unavailable', 'too many access tokens with unknown keys are waiting, try again', 1);
    this.#unknownKeyWaits++;
    try {
      const probe = async (): Promise<Map<string, Entry>> => {
        await this.#load();
        return this.#entries;
      };
      return await this.rowWaiter.waitFor(SigningKeys.name, kid, probe, arrivalTimeoutMs);
    } finally {
      this.#unknownKeyWaits--;
    }
  }

  async #confirmAbsence(): Promise<undefined> {
    if (await this.topicProgress.isCaughtUp(topics.userKeys)) return undefined;
    throw temporaryProblem(503, 'unavailable', 'the key of this access token may not have arrived yet, try again', 1);
  }

  #refresh(): void {
    this.#loadedAt = this.clock.now().getTime(); // also limits the rate of failing loads
    this.#load().catch((error: unknown) =>
      this.#logger.warn('the signing keys could not be reloaded; those in memory stay in use', error),
    );
  }

  async #load(): Promise<void> {
    const load = ++this.#lastLoadStarted;
    const rows = await this.dataSource.query<KeyRow[]>(selectKeys);
    const entries = new Map<string, Entry>();
    for (const row of rows) {
      const { kid, publicKey } = row;
      const known = this.#entries.get(kid);
      const key = known?.publicKey === publicKey ? known.key : await this.#import(kid, publicKey);
      entries.set(kid, { ...row, key });
    }
    if (load < this.#lastLoadApplied) return; // a later load finished first: this one must not bring a retired key back
    this.#lastLoadApplied = load;
    this.#entries = entries;
    this.#loadedAt = this.clock.now().getTime();
  }

  /** A malformed key verifies nothing and does not block the others. */
  async #import(kid: string, publicKey: string | null): Promise<VerificationKey | undefined> {
    if (publicKey === null) return undefined;
    try {
      return await importKey(publicKey);
    } catch (error) {
      this.#logger.error(`the announced signing key ${kid} is not an Ed25519 key`, error);
      return undefined;
    }
  }
}
