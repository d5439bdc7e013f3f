import { Inject, Injectable } from '@nestjs/common';
import { importKey, problemForNow, Timers, type KeyRing, type VerificationKey } from '@tradewind/service';

export interface PublicKey {
  readonly kid: string;
  /** The `x` of an Ed25519 JWK. */
  readonly publicKey: string;
}

const waitMilliseconds = 2_000;
const mostStrangers = 200;

/** The gateway's own copy of `user.keys`, in memory. */
@Injectable()
export class KnownKeys implements KeyRing {
  readonly #announced = new Map<string, string>();
  readonly #keys = new Map<string, VerificationKey>();
  readonly #retired = new Set<string>();
  readonly #waiting = new Set<{ readonly kid: string; readonly arrived: () => void }>();
  /** Whether the copy is as new as the topic; set by whoever reads the topic. */
  isCurrent: () => boolean = () => false;

  constructor(@Inject(Timers) private readonly timers: Timers) {}

  async put({ kid, publicKey }: PublicKey): Promise<void> {
    if (this.#announced.get(kid) === publicKey) return;
    this.#announced.set(kid, publicKey);
    this.#retired.delete(kid);
    const key = await importKey(publicKey);
    if (this.#announced.get(kid) !== publicKey) return; // retired in the meantime
    this.#keys.set(kid, key);
    for (const waiting of this.#waiting) if (waiting.kid === kid) waiting.arrived();
  }

  retire(kid: string): void {
    this.#announced.delete(kid);
    this.#retired.add(kid);
    this.#keys.delete(kid);
  }

  all(): readonly PublicKey[] {
    return [...this.#announced].map(([kid, publicKey]) => ({ kid, publicKey }));
  }

  /** Waits up to 2 s for a key that is not known: it may be on its way. */
  async find(kid: string): Promise<VerificationKey | undefined> {
    const known = this.#keys.get(kid);
    if (known || this.#retired.has(kid)) return known;
    await this.#arrival(kid);
    const arrived = this.#keys.get(kid);
    if (arrived) return arrived;
    if (this.isCurrent()) return undefined;
    throw problemForNow(503, 'unavailable', 'the key of this access token may still be on its way, try again', 2);
  }

  /** Anybody can make up key ids, so the waiting room is bounded. */
  async #arrival(kid: string): Promise<void> {
    if (this.#waiting.size >= mostStrangers)
      throw problemForNow(503, 'unavailable', 'too many access tokens of unknown keys are waiting, try again', 1);
    const over = new AbortController();
    const waiting = { kid, arrived: () => over.abort() };
    this.#waiting.add(waiting);
    await this.timers.wait(waitMilliseconds, over.signal);
    this.#waiting.delete(waiting);
  }
}
