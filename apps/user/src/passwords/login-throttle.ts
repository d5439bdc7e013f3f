import { Inject, Injectable } from '@nestjs/common';
import { Clock, temporaryProblem, Timers } from '@tradewind/service';
import { FailureCounter } from './failure-counter.js';

const second = 1_000;

/**
 * Slows down password guessing without locking accounts. An address with failed attempts, at one account or at many, is rejected
 * for a growing time. Attempts at one account from many addresses are delayed by at most two seconds, so its owner can still
 * log in. Unknown accounts are treated alike. Each instance counts for itself.
 */
@Injectable()
export class LoginThrottle {
  readonly #pairs = new FailureCounter({ freeAttempts: 10, initialDelayMs: second, maxDelayMs: 60 * second });
  readonly #addresses = new FailureCounter({ freeAttempts: 100, initialDelayMs: second, maxDelayMs: 60 * second });
  readonly #accounts = new FailureCounter({ freeAttempts: 20, initialDelayMs: 100, maxDelayMs: 2 * second });

  constructor(
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Timers) private readonly timers: Timers,
  ) {}

  /** Resolves when the attempt may continue. Throws 429 with Retry-After. */
  async admit(address: string, account: string): Promise<void> {
    const now = this.clock.now().getTime();
    const rejectedMs = Math.max(
      this.#pairs.remainingDelay(pair(address, account), now),
      this.#addresses.remainingDelay(address, now),
    );
    if (rejectedMs > 0)
      throw temporaryProblem(
        429,
        'too-many-requests',
        'too many failed log-ins: wait before the next attempt',
        Math.ceil(rejectedMs / second),
      );
    const delayMs = this.#accounts.remainingDelay(account, now);
    this.#pairs.add(pair(address, account), now);
    this.#addresses.add(address, now);
    this.#accounts.add(account, now);
    if (delayMs > 0) await this.timers.wait(delayMs);
  }

  succeeded(address: string, account: string): void {
    this.#pairs.clear(pair(address, account));
    this.#addresses.subtract(address);
    this.#accounts.subtract(account);
  }
}

const pair = (address: string, account: string): string => `${address} ${account}`;
