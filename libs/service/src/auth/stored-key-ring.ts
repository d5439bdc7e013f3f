import { Logger } from '@nestjs/common';
import { topics } from '@tradewind/contracts';
import type { Clock } from '@tradewind/kernel';
import type { DataSource } from 'typeorm';
import { problemForNow } from '../http/index.js';
import type { Awaiting, CaughtUp, Changed } from '../waiting/index.js';
import { SigningKeys } from './signing-keys.table.js';
import { importKey, type KeyRing, type VerificationKey } from './token.js';

const allKeys = `select kid, case when retired_at is null then public_key end as "publicKey" from svc_signing_keys`;

const waitMilliseconds = 2_000;
const freshMilliseconds = 10_000;
const mostStrangers = 200;

/** A retired key has neither. */
interface Entry {
  readonly publicKey: string | null;
  readonly key: VerificationKey | undefined;
}

/**
 * The key ring in the service's own table of `user.keys`, kept in memory. A retirement reaches this instance at once where it
 * consumed it, and after 10 s where another instance did.
 */
export class StoredKeyRing implements KeyRing {
  readonly #logger = new Logger('Keys');
  #entries: Map<string, Entry> = new Map();
  #loadedAt = 0;
  #strangers = 0;
  #tickets = 0;
  #applied = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly awaiting: Awaiting,
    private readonly caughtUp: CaughtUp,
    private readonly clock: Clock,
    onCommitted: (listener: (changes: readonly Changed[]) => void) => void,
  ) {
    onCommitted((changes) => {
      if (changes.some(({ table }) => table === SigningKeys.name)) this.#refresh();
    });
  }

  async find(kid: string): Promise<VerificationKey | undefined> {
    const known = this.#entries.get(kid);
    if (known) {
      if (this.clock.now().getTime() - this.#loadedAt > freshMilliseconds) this.#refresh();
      return known.key;
    }
    const arrived = await this.#waitFor(kid);
    return arrived ? arrived.key : this.#absent();
  }

  async #waitFor(kid: string): Promise<Entry | undefined> {
    // Anybody can make up key ids: the waiting room is bounded.
    if (this.#strangers >= mostStrangers)
      throw problemForNow(503, 'unavailable', 'too many access tokens of unknown keys are waiting, try again', 1);
    this.#strangers++;
    try {
      const probe = async (): Promise<Map<string, Entry>> => {
        await this.#load();
        return this.#entries;
      };
      return await this.awaiting.until(SigningKeys.name, kid, probe, waitMilliseconds);
    } finally {
      this.#strangers--;
    }
  }

  async #absent(): Promise<undefined> {
    if (await this.caughtUp.with(topics.userKeys)) return undefined;
    throw problemForNow(503, 'unavailable', 'the key of this access token may still be on its way, try again', 1);
  }

  #refresh(): void {
    this.#loadedAt = this.clock.now().getTime(); // once in that time, even where it fails
    this.#load().catch((error: unknown) =>
      this.#logger.warn('the signing keys could not be read again; those in memory stay', error),
    );
  }

  async #load(): Promise<void> {
    const ticket = ++this.#tickets;
    const rows = await this.dataSource.query<{ kid: string; publicKey: string | null }[]>(allKeys);
    const entries = new Map<string, Entry>();
    for (const { kid, publicKey } of rows) {
      const known = this.#entries.get(kid);
      entries.set(kid, known?.publicKey === publicKey ? known : { publicKey, key: await this.#import(kid, publicKey) });
    }
    if (ticket < this.#applied) return; // a later look was quicker: this one must not bring a retired key back
    this.#applied = ticket;
    this.#entries = entries;
    this.#loadedAt = this.clock.now().getTime();
  }
  /** A key that is none verifies nothing, and stands in nobody's way. */
  async #import(kid: string, publicKey: string | null): Promise<VerificationKey | undefined> {
    if (publicKey === null) return undefined;
    try {
      return await importKey(publicKey);
    } catch (error) {
      this.#logger.error(`the announced signing key ${kid} is no Ed25519 key`, error);
      return undefined;
    }
  }
}
