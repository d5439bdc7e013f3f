import { Inject, Injectable } from '@nestjs/common';
import { limitedNetwork } from '@tradewind/kernel';
import { Clock, temporaryProblem, Timers } from '@tradewind/service';
import { FailureCounter } from './failure-counter.js';

const second = 1_000;

/** Where an attempt comes from. `device`: a known device of the account's owner. */
export interface Attempt {
  readonly account: string;
  readonly address: string;
  readonly device: string | undefined;
}

/**
 * Slows down password guessing without locking accounts. An address with failed attempts at one account is rejected there for a growing time,
 * and everywhere after very many at several accounts. Attempts at one account from many addresses are delayed by at most two seconds. A known
 * device is counted alone, so no attempts of others hold up the owner of an account there. Unknown accounts are treated alike. Each instance
 * counts for itself.
 */
@Injectable()
export class LoginThrottle {
  readonly #devices = new FailureCounter({ freeAttempts: 10, initialDelayMs: second, maxDelayMs: 60 * second });
  readonly #pairs = new FailureCounter({ freeAttempts: 10, initialDelayMs: second, maxDelayMs: 60 * second });
  readonly #addresses = new FailureCounter({ freeAttempts: 100, initialDelayMs: second, maxDelayMs: 60 * second });
  readonly #accounts = new FailureCounter({ freeAttempts: 20, initialDelayMs: 100, maxDelayMs: 2 * second });

  constructor(
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Timers) private readonly timers: Timers,
  ) {}

  /** Resolves when the attempt may continue. Throws 429 with Retry-After. */
  async admit({ account, address, device }: Attempt): Promise<void> {
    const now = this.clock.now().getTime();
    if (device !== undefined) {
      reject(this.#devices.remainingDelay(device, now));
      return this.#devices.add(device, now);
    }
    const network = limitedNetwork(address);
    reject(
      Math.max(this.#pairs.remainingDelay(pair(network, account), now), this.#addresses.remainingDelay(network, now)),
    );
    const delayMs = this.#accounts.remainingDelay(account, now);
    this.#pairs.add(pair(network, account), now);
    this.#addresses.add(network, now);
    this.#accounts.add(account, now);
    if (delayMs > 0) await this.timers.wait(delayMs);
  }

  succeeded({ account, address, device }: Attempt): void {
    if (device !== undefined) return this.#devices.clear(device);
    const network = limitedNetwork(address);
    this.#pairs.clear(pair(network, account));
    this.#addresses.subtract(network);
    this.#accounts.subtract(account);
  }
}

const pair = (network: string, account: string): string => `${network} ${account}`;

function reject(delayMs: number): void {
  if (delayMs > 0)
    throw temporaryProblem(
      429,
      'too-many-requests',
      'too many failed log-ins: wait before the next attempt',
      Math.ceil(delayMs / second),
    );
}
