import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, Randomness } from '@tradewind/service';
import { Pool } from 'undici';
import { choose } from '../domain/balance.js';
import { Directory, type Instance } from '../domain/directory.js';
import { Upstream } from '../domain/upstream.js';
import { GatewayConfig } from '../gateway.config.js';

/** An instance with its open connections. */
export interface Reachable {
  readonly upstream: Upstream;
  readonly pool: Pool;
}

/** Every instance that is known, each with its connections and what was seen of it. */
@Injectable()
export class Upstreams implements OnApplicationShutdown {
  readonly #logger = new Logger('Instances');
  readonly #directory = new Directory();
  readonly #reachable = new Map<string, Reachable>();
  readonly #static: readonly Instance[];
  #byService = new Map<string, readonly Upstream[]>();
  #changed: () => void = () => undefined;

  constructor(
    config: GatewayConfig,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Randomness) private readonly randomness: Randomness,
  ) {
    this.#static = config.STATIC_INSTANCES.map((entry) => {
      const [service, url] = entry.split('=') as [string, string];
      return { instanceId: `static-${service}-${url}`, service, url };
    });
    this.#follow();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.#reachable.values()].map(({ pool }) => pool.destroy()));
  }

  /** Calls back when an instance came or went. */
  onChange(changed: () => void): void {
    this.#changed = changed;
  }

  seen(instance: Instance): void {
    this.#directory.seen(instance, this.clock.now().getTime());
    this.#follow();
  }

  gone(instanceId: string): void {
    this.#directory.gone(instanceId);
    this.#follow();
  }

  restore(instances: readonly Instance[]): void {
    this.#directory.restore(instances);
    this.#follow();
  }

  /** Who announced themselves; the static ones need no remembering. */
  announced(): readonly Instance[] {
    return this.#directory.all();
  }

  all(): readonly Reachable[] {
    return [...this.#reachable.values()];
  }

  of(service: string): readonly Upstream[] {
    return this.#byService.get(service) ?? [];
  }

  get lastBeatAt(): number | undefined {
    return this.#directory.lastBeatAt;
  }

  /** The instance for a call, not one of `but`. Undefined where none can be used. */
  choose(service: string, session?: string, but?: Upstream): Reachable | undefined {
    const candidates = but ? this.of(service).filter((upstream) => upstream !== but) : this.of(service);
    const chosen = choose(candidates, this.clock.now().getTime(), () => this.randomness.fraction(), session);
    return chosen && this.#reachable.get(chosen.instance.instanceId);
  }

  /** Brings the connections in line with the directory. Calls under way to one that went are finished. */
  #follow(): void {
    const wanted = new Map(
      [...this.#static, ...this.#directory.all()].map((instance) => [instance.instanceId, instance]),
    );
    let changed = false;
    for (const [id, { upstream, pool }] of this.#reachable) {
      if (wanted.get(id)?.url === upstream.instance.url) continue;
      this.#reachable.delete(id);
      changed = true;
      this.#logger.log('an instance is gone', upstream.instance);
      pool.close().catch((error: unknown) => this.#logger.debug('connections did not close', error));
    }
    for (const [id, instance] of wanted) {
      if (this.#reachable.has(id)) continue;
      this.#reachable.set(id, { upstream: new Upstream(instance), pool: connect(instance.url) });
      changed = true;
      this.#logger.log('an instance is there', instance);
    }
    if (!changed) return;
    const byService = new Map<string, Upstream[]>();
    for (const { upstream } of this.#reachable.values())
      byService.set(upstream.instance.service, [...(byService.get(upstream.instance.service) ?? []), upstream]);
    this.#byService = byService;
    this.#changed();
  }
}

/** Idle connections are given up before the service does, whose own limit is 5 s: else a request could meet a closing one. */
const connect = (url: string): Pool =>
  new Pool(url, {
    connections: null,
    pipelining: 1,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 30_000,
    connect: { timeout: 2_000 },
    maxHeaderSize: 32 * 1_024,
  });
