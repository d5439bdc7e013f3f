import { Inject, Injectable } from '@nestjs/common';
import { importKey, temporaryProblem, Timers, type KeyRing, type VerificationKey } from '@tradewind/service';

export interface PublicKey {
  readonly kid: string;
  /** The `x` of an Ed25519 JWK. */
  readonly publicKey: string;
}

const arrivalTimeoutMs = 2_000;
const maxUnknownKeyWaits = 200;

/** The gateway's copy of `user.keys`, in memory. */
@Injectable()
export class InMemoryKeyRing implements KeyRing {
  readonly #announced = new Map<string, string>();
  readonly #keys = new Map<string, VerificationKey>();
  readonly #retired = new Set<string>();
  readonly #waiting = new Set<{ readonly kid: string; readonly arrived: () => void }>();
  /** Whether the copy is up to date with the topic; set by the reader of the topic. */
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

  /** Waits up to 2 s for an unknown key, which may still arrive. */
  async find(kid: string): Promise<VerificationKey | undefined> {
    const known = this.#keys.get(kid);
    if (known || this.#retired.has(kid)) return known;
    await this.#waitFor(kid);
    const arrived = this.#keys.get(kid);
    if (arrived) return arrived;
    if (this.isCurrent()) return undefined;
    throw temporaryProblem(503, 'unavailable', 'the key of this access token may not have arrived yet, try again', 2);
  }

  /** A client can invent key ids, so the number of waits is bounded. */
  async #waitFor(kid: string): Promise<void> {
    if (this.#waiting.size >= maxUnknownKeyWaits)
      throw temporaryProblem(503, 'unavailable', 'too many access tokens with unknown keys are waiting, try again', 1);
    const arrival = new AbortController();
    const waiting = { kid, arrived: () => arrival.abort() };
    this.#waiting.add(waiting);
    await this.timers.wait(arrivalTimeoutMs, arrival.signal);
    this.#waiting.delete(waiting);
  }
}
