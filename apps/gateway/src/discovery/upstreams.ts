import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, Randomness } from '@tradewind/service';
import { Pool } from 'undici';
import { choose } from '../domain/load-balancing.js';
import { InstanceDirectory, type Instance } from '../domain/instance-directory.js';
import { Upstream } from '../domain/upstream.js';
import { GatewayConfig } from '../gateway.config.js';

/** An instance with its connection pool. */
export interface Reachable {
  readonly upstream: Upstream;
  readonly pool: Pool;
}

/** Every known instance with its connection pool and its measurements. */
@Injectable()
export class Upstreams implements OnApplicationShutdown {
  readonly #logger = new Logger('Instances');
  readonly #directory = new InstanceDirectory();
  readonly #reachable = new Map<string, Reachable>();
  readonly #static: readonly Instance[];
  #byService = new Map<string, readonly Upstream[]>();
  #onChange: () => void = () => undefined;

  constructor(
    config: GatewayConfig,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Randomness) private readonly randomness: Randomness,
  ) {
    this.#static = config.STATIC_INSTANCES.map((entry) => {
      const [service, url] = entry.split('=') as [string, string];
      return { instanceId: `static-${service}-${url}`, service, url };
    });
    this.#syncPools();
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.#reachable.values()].map(({ pool }) => pool.destroy()));
  }

  /** The listener is called when an instance was added or removed. */
  onChange(changed: () => void): void {
    this.#onChange = changed;
  }

  seen(instance: Instance): void {
    this.#directory.seen(instance, this.clock.now().getTime());
    this.#syncPools();
  }

  gone(instanceId: string): void {
    this.#directory.gone(instanceId);
    this.#syncPools();
  }

  restore(instances: readonly Instance[]): void {
    this.#directory.restore(instances);
    this.#syncPools();
  }

  /** The instances that published heartbeats, without the static ones. */
  announced(): readonly Instance[] {
    return this.#directory.all();
  }

  all(): readonly Reachable[] {
    return [...this.#reachable.values()];
  }

  of(service: string): readonly Upstream[] {
    return this.#byService.get(service) ?? [];
  }

  get lastHeartbeatAt(): number | undefined {
    return this.#directory.lastHeartbeatAt;
  }

  /** The instance for a call, or for its repetition on another than `excluded`, which must not be doubtful. Undefined if there is none. */
  choose(service: string, session?: string, excluded?: Upstream): Reachable | undefined {
    const chosen =
      excluded === undefined
        ? choose(this.of(service), this.clock.now().getTime(), () => this.randomness.fraction(), session)
        : choose(
            this.of(service).filter((upstream) => upstream !== excluded),
            this.clock.now().getTime(),
            () => this.randomness.fraction(),
            session,
            ['up', 'new'],
          );
    return chosen && this.#reachable.get(chosen.instance.instanceId);
  }

  /** Creates and closes connection pools according to the directory. Running calls to a removed instance are completed. */
  #syncPools(): void {
    const wanted = new Map(
      [...this.#static, ...this.#directory.all()].map((instance) => [instance.instanceId, instance]),
    );
    let changed = false;
    for (const [id, { upstream, pool }] of this.#reachable) {
      if (wanted.get(id)?.url === upstream.instance.url) continue;
      this.#reachable.delete(id);
      changed = true;
      this.#logger.log('an instance was removed', upstream.instance);
      pool.close().catch((error: unknown) => this.#logger.debug('connections did not close', error));
    }
    for (const [id, instance] of wanted) {
      if (this.#reachable.has(id)) continue;
      this.#reachable.set(id, { upstream: new Upstream(instance), pool: connect(instance.url) });
      changed = true;
      this.#logger.log('an instance was added', instance);
    }
    if (!changed) return;
    const byService = new Map<string, Upstream[]>();
    for (const { upstream } of this.#reachable.values())
      byService.set(upstream.instance.service, [...(byService.get(upstream.instance.service) ?? []), upstream]);
    this.#byService = byService;
    this.#onChange();
  }
}

/** Idle connections are closed before the service closes them (after 5 s): otherwise a request could use a closing connection. */
const connect = (url: string): Pool =>
  new Pool(url, {
    connections: null,
    pipelining: 1,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 30_000,
    connect: { timeout: 2_000 },
    maxHeaderSize: 32 * 1_024,
  });
