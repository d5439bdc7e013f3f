import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { limitedNetwork, type Cancel } from '@tradewind/kernel';
import { Clock, temporaryProblem, Timers } from '@tradewind/service';
import { isRegistration } from '../domain/routes.js';
import { TokenBuckets } from '../domain/token-bucket.js';
import { GatewayConfig } from '../gateway.config.js';
import { Networks } from './networks.js';

const sweepIntervalMs = 30_000;

/** Rate limits per address and per person. Each gateway counts for itself. */
@Injectable()
export class RateLimits implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #addresses: TokenBuckets;
  readonly #registrations: TokenBuckets;
  readonly #users: TokenBuckets;
  readonly #trusted: Networks;
  #cancel: Cancel | undefined;

  constructor(
    config: GatewayConfig,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Timers) private readonly timers: Timers,
  ) {
    this.#addresses = new TokenBuckets({ perSecond: config.RATE_ADDRESS_PER_SECOND, burst: config.RATE_ADDRESS_BURST });
    this.#registrations = new TokenBuckets({
      perSecond: config.RATE_REGISTRATION_PER_SECOND,
      burst: config.RATE_REGISTRATION_BURST,
    });
    this.#users = new TokenBuckets({ perSecond: config.RATE_USER_PER_SECOND, burst: config.RATE_USER_BURST });
    this.#trusted = new Networks(config.TRUSTED_ADDRESSES);
  }

  onApplicationBootstrap(): void {
    this.#cancel = this.timers.after(sweepIntervalMs, () => this.#sweep());
  }

  onApplicationShutdown(): void {
    this.#cancel?.();
  }

  isTrusted(address: string): boolean {
    return this.#trusted.has(address);
  }

  /** Throws 429 with Retry-After. */
  admitAddress(address: string, method: string, target: string): void {
    if (this.#trusted.has(address)) return;
    const key = limitedNetwork(address);
    this.#take(this.#addresses, key);
    if (isRegistration(method, target)) this.#take(this.#registrations, key);
  }

  /** Throws 429 with Retry-After. */
  admitUser(userId: string, address: string): void {
    if (!this.#trusted.has(address)) this.#take(this.#users, userId);
  }

  #take(buckets: TokenBuckets, key: string): void {
    const waitMs = buckets.take(key, this.clock.now().getTime());
    if (waitMs > 0)
      throw temporaryProblem(
        429,
        'too-many-requests',
        'too many requests: wait before the next one',
        Math.ceil(waitMs / 1_000),
      );
  }

  #sweep(): void {
    const now = this.clock.now().getTime();
    for (const buckets of [this.#addresses, this.#registrations, this.#users]) buckets.sweep(now);
    this.#cancel = this.timers.after(sweepIntervalMs, () => this.#sweep());
  }
}
