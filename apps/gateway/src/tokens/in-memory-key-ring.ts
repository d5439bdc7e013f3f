import { Inject, Injectable } from '@nestjs/common';
import {
  Clock,
  importKey,
  isInForce,
  SigningRoot,
  temporaryProblem,
  Timers,
  type KeyRing,
  type KeyStatement,
  type VerificationKey,
} from '@tradewind/service';

/** A signing key as it was announced, with the signature of the root key. */
export interface SignedKey extends KeyStatement {
  readonly signature: string;
}

/** The root key of the deployment did not sign it. */
export class NotSigned extends Error {
  override readonly name = 'NotSigned';
  constructor(what: string) {
    super(`${what} is not signed by the root key of SIGNING_ROOT_PUBLIC_KEY`);
  }
}

const arrivalTimeoutMs = 2_000;
const maxUnknownKeyWaits = 200;

/** The gateway's copy of `user.keys`, in memory. */
@Injectable()
export class InMemoryKeyRing implements KeyRing {
  readonly #announced = new Map<string, SignedKey>();
  readonly #keys = new Map<string, VerificationKey>();
  readonly #retired = new Set<string>();
  readonly #waiting = new Set<{ readonly kid: string; readonly arrived: () => void }>();
  /** Whether the copy is up to date with the topic; set by the reader of the topic. */
  isCurrent: () => boolean = () => false;

  constructor(
    @Inject(Timers) private readonly timers: Timers,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(SigningRoot) private readonly root: SigningRoot,
  ) {}

  /** Rejects with NotSigned. A retired key stays retired. */
  async put({ kid, publicKey, notBefore, notAfter, signature }: SignedKey): Promise<void> {
    const announced = { kid, publicKey, notBefore, notAfter, signature };
    if (!this.root.hasAnnounced(announced, signature)) throw new NotSigned(`the signing key ${kid}`);
    if (this.#retired.has(kid) || this.#announced.get(kid)?.signature === signature) return;
    this.#announced.set(kid, announced);
    const key = await importKey(publicKey);
    if (this.#announced.get(kid) !== announced) return; // retired in the meantime
    this.#keys.set(kid, key);
    for (const waiting of this.#waiting) if (waiting.kid === kid) waiting.arrived();
  }

  /** Throws NotSigned. */
  retire(kid: string, signature: string): void {
    if (!this.root.hasRetired(kid, signature)) throw new NotSigned(`the retirement of ${kid}`);
    this.#announced.delete(kid);
    this.#retired.add(kid);
    this.#keys.delete(kid);
  }

  all(): readonly SignedKey[] {
    return [...this.#announced.values()];
  }

  /** Waits up to 2 s for an unknown key, which may still arrive. */
  async find(kid: string): Promise<VerificationKey | undefined> {
    if (!this.#keys.has(kid) && !this.#retired.has(kid)) await this.#waitFor(kid);
    const announced = this.#announced.get(kid);
    if (announced)
      return isInForce(
        { notBefore: new Date(announced.notBefore), notAfter: new Date(announced.notAfter) },
        this.clock.now(),
      )
        ? this.#keys.get(kid)
        : undefined;
    if (this.#retired.has(kid) || this.isCurrent()) return undefined;
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
