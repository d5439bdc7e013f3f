import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { KeyObject } from 'node:crypto';
import { Transient } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import { Clock, dataKeySecret, Randomness, Timers } from '@tradewind/service';
import { tendKeys } from '../commands/tend-keys.command.js';
import { signer, type AcknowledgedKey, type KeyPolicy } from '../domain/signing-key.js';
import { SigningKeyQueries } from '../storage/signing-key.queries.js';
import { UserConfig } from '../user.config.js';
import { newKeyPair, openPrivateKey, signingSecret } from './key-pair.js';

/** Looks after the keys at least this often, and at once as long as none signs. */
const longestPause = 10_000;
const pauseWithoutSigner = 200;
/** Longer than `longestPause`, so that no instance signs with the old key any more when it is retired. */
const margin = 5 * 60_000;

/** Keeps the signing keys in order, and the private half of the one that signs now in memory. */
@Injectable()
export class SigningKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger('SigningKeys');
  readonly #stopped = new AbortController();
  readonly #secret: Buffer;
  readonly #policy: KeyPolicy;
  readonly #opened = new Map<string, KeyObject>();
  #keys: readonly AcknowledgedKey[] = [];
  #tending: Promise<void> | undefined;

  constructor(
    config: UserConfig,
    private readonly queries: SigningKeyQueries,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Timers) private readonly timers: Timers,
    @Inject(Randomness) private readonly randomness: Randomness,
  ) {
    this.#secret = signingSecret(dataKeySecret(config.DATA_KEY_SECRET));
    this.#policy = {
      rotateAfter: config.SIGNING_KEY_SECONDS * 1_000,
      lead: config.SIGNING_KEY_LEAD_SECONDS * 1_000,
      tokenLifetime: config.ACCESS_TOKEN_SECONDS * 1_000,
      margin,
    };
  }

  onApplicationBootstrap(): void {
    this.#tending = this.#tendForEver();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped.abort();
    await this.#tending;
  }

  /** The key that signs now. Rejects with Transient while the very first one has not been acknowledged. */
  async current(): Promise<{ readonly kid: string; readonly privateKey: KeyObject }> {
    const key = signer(this.#keys, this.clock.now()) ?? signer(await this.#read(), this.clock.now());
    if (!key) throw new Transient('the first signing key has not come back from its topic yet');
    let privateKey = this.#opened.get(key.kid);
    if (!privateKey) this.#opened.set(key.kid, (privateKey = openPrivateKey(this.#secret, key)));
    return { kid: key.kid, privateKey };
  }

  async #tendForEver(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      await this.#tend().catch((error: unknown) =>
        this.#logger.warn('the signing keys could not be looked after, another try follows', error),
      );
      await this.timers.wait(
        signer(this.#keys, this.clock.now()) ? Math.min(longestPause, this.#policy.lead) : pauseWithoutSigner,
        this.#stopped.signal,
      );
    }
  }

  async #tend(): Promise<void> {
    const candidate = newKeyPair(this.#secret, this.clock, this.randomness);
    await this.commands.run(tendKeys, { candidate, arrived: await this.queries.arrived(), policy: this.#policy });
    await this.#read();
  }

  async #read(): Promise<readonly AcknowledgedKey[]> {
    this.#keys = await this.queries.acknowledged();
    for (const kid of this.#opened.keys()) if (!this.#keys.some((key) => key.kid === kid)) this.#opened.delete(kid);
    return this.#keys;
  }
}
