import { Inject, Injectable } from '@nestjs/common';
import { Clock, problemForNow, Timers } from '@tradewind/service';
import { Tally } from './tally.js';

const second = 1_000;

/**
 * Slows guessers down without locking anybody out. An address that fails, at one account or at many, is turned away for a
 * growing time. An account that is guessed at from many addresses is answered later, at most by two seconds, and its owner
 * still gets in. Unknown accounts are treated alike. Counted by each instance for itself.
 */
@Injectable()
export class LoginThrottle {
  readonly #pairs = new Tally({ free: 10, first: second, longest: 60 * second });
  readonly #addresses = new Tally({ free: 100, first: second, longest: 60 * second });
  readonly #accounts = new Tally({ free: 20, first: 100, longest: 2 * second });

  constructor(
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Timers) private readonly timers: Timers,
  ) {}

  /** Resolves when the try may go on. Throws 429 with Retry-After. */
  async admit(address: string, account: string): Promise<void> {
    const now = this.clock.now().getTime();
    const turnedAway = Math.max(this.#pairs.wait(pair(address, account), now), this.#addresses.wait(address, now));
    if (turnedAway > 0)
      throw problemForNow(
        429,
        'too-many-requests',
        'too many failed log-ins: wait before the next try',
        Math.ceil(turnedAway / second),
      );
    const pause = this.#accounts.wait(account, now);
    this.#pairs.add(pair(address, account), now);
    this.#addresses.add(address, now);
    this.#accounts.add(account, now);
    if (pause > 0) await this.timers.wait(pause);
  }

  succeeded(address: string, account: string): void {
    this.#pairs.clear(pair(address, account));
    this.#addresses.takeBack(address);
    this.#accounts.takeBack(account);
  }
}

const pair = (address: string, account: string): string => `${address} ${account}`;
