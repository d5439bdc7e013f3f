import { Inject, Injectable } from '@nestjs/common';
import type { KeyObject } from 'node:crypto';
import { Transient } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import {
  Clock,
  dataKeySecrets,
  PeriodicWorker,
  Randomness,
  SigningRootSigner,
  Timers,
  type KeySecrets,
} from '@tradewind/service';
import { rotateKeys } from '../commands/rotate-keys.command.js';
import { signer, type AcknowledgedKey, type KeyPolicy } from '../domain/signing-key.js';
import { SigningKeyQueries } from '../storage/signing-key.queries.js';
import { UserConfig } from '../user.config.js';
import { newKeyPair, openPrivateKey, signingSecrets, type KeyIssuer } from './key-pair.js';

/** Rotation runs at least this often, and more often until a key signs. */
const maxIntervalMs = 10_000;
const intervalWithoutSignerMs = 200;
/** Longer than `maxIntervalMs`, so that no instance still signs with the old key when it is retired. */
const marginMs = 5 * 60_000;

/** Rotates the signing keys and provides the current one. Caches decrypted private keys. */
@Injectable()
export class SigningKeyRotation extends PeriodicWorker {
  readonly #secrets: KeySecrets;
  readonly #policy: KeyPolicy;
  readonly #issuer: KeyIssuer;
  readonly #privateKeys = new Map<string, KeyObject>();
  #keys: readonly AcknowledgedKey[] = [];

  constructor(
    config: UserConfig,
    private readonly queries: SigningKeyQueries,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Timers) timers: Timers,
    @Inject(Randomness) private readonly randomness: Randomness,
  ) {
    super(timers, 'the signing keys could not be rotated; retrying');
    this.#secrets = signingSecrets(dataKeySecrets(config.DATA_KEY_SECRET));
    this.#policy = {
      rotateAfter: config.SIGNING_KEY_SECONDS * 1_000,
      lead: config.SIGNING_KEY_LEAD_SECONDS * 1_000,
      tokenLifetime: config.ACCESS_TOKEN_SECONDS * 1_000,
      margin: marginMs,
    };
    const { rotateAfter, lead, tokenLifetime, margin } = this.#policy;
    this.#issuer = {
      secrets: this.#secrets,
      root: new SigningRootSigner(config.SIGNING_ROOT_PUBLIC_KEY, config.SIGNING_ROOT_PRIVATE_KEY),
      // A rotation may be late by one more period.
      lifetime: 2 * rotateAfter + lead + tokenLifetime + margin,
    };
  }

  protected get intervalMs(): number {
    const signs = signer(this.#keys, this.clock.now()) !== undefined;
    return signs ? Math.min(maxIntervalMs, this.#policy.lead) : intervalWithoutSignerMs;
  }

  /** The key that signs now. Rejects with Transient until the first key is acknowledged. */
  async current(): Promise<{ readonly kid: string; readonly privateKey: KeyObject }> {
    const key = signer(this.#keys, this.clock.now()) ?? signer(await this.#read(), this.clock.now());
    if (!key) throw new Transient('the first signing key was not read back from its topic yet');
    let privateKey = this.#privateKeys.get(key.kid);
    if (!privateKey) this.#privateKeys.set(key.kid, (privateKey = openPrivateKey(this.#secrets, key)));
    return { kid: key.kid, privateKey };
  }

  async run(): Promise<void> {
    const candidate = newKeyPair(this.#issuer, this.clock, this.randomness);
    await this.commands.run(rotateKeys, { candidate, arrived: await this.queries.arrived(), policy: this.#policy });
    await this.#read();
  }

  async #read(): Promise<readonly AcknowledgedKey[]> {
    this.#keys = await this.queries.acknowledged();
    for (const kid of this.#privateKeys.keys())
      if (!this.#keys.some((key) => key.kid === kid)) this.#privateKeys.delete(kid);
    return this.#keys;
  }
}
