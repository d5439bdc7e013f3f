/** A running copy of a service, as it announced itself. */
export interface Instance {
  readonly instanceId: string;
  readonly service: string;
  readonly url: string;
}

interface Entry {
  readonly instance: Instance;
  /** The topic's time when its last heartbeat came. */
  seenAt: number;
}

/** An instance is silent when others' heartbeats went on for so long without one of its own. */
const silentAfter = 10_000;
/** Between two heartbeats the topic's time runs on by at most this: the whole topic's silence drops nobody. */
const longestGap = 3_000;

/**
 * Who is there, folded from the heartbeats on `platform.instances`. Its time is the topic's: it runs on only while
 * heartbeats arrive, by this gateway's clock, so neither a broker that is away nor another machine's wrong clock drops anybody.
 */
export class Directory {
  readonly #entries = new Map<string, Entry>();
  readonly #byService = new Map<string, readonly Instance[]>();
  #topicTime = 0;
  #lastBeatAt: number | undefined;

  /** A heartbeat has arrived. A new instance on an address replaces the one before: two can't listen there. */
  seen(instance: Instance, now: number): void {
    const gap = this.#lastBeatAt === undefined ? 0 : now - this.#lastBeatAt;
    this.#topicTime += Math.min(Math.max(gap, 0), longestGap);
    this.#lastBeatAt = now;
    const known = this.#entries.get(instance.instanceId);
    if (known?.instance.url === instance.url) {
      known.seenAt = this.#topicTime;
    } else {
      this.#entries.set(instance.instanceId, { instance, seenAt: this.#topicTime });
      for (const other of this.#entries.values()) {
        if (other.instance.url === instance.url && other.instance.instanceId !== instance.instanceId)
          this.#entries.delete(other.instance.instanceId);
      }
      this.#index();
    }
    this.#dropSilent();
  }

  /** It said good-bye. */
  gone(instanceId: string): void {
    if (this.#entries.delete(instanceId)) this.#index();
  }

  of(service: string): readonly Instance[] {
    return this.#byService.get(service) ?? [];
  }

  all(): readonly Instance[] {
    return [...this.#entries.values()].map(({ instance }) => instance);
  }

  /** When the last heartbeat of anybody arrived. */
  get lastBeatAt(): number | undefined {
    return this.#lastBeatAt;
  }

  /** Takes over what was known before, as if it had just been seen. */
  restore(instances: readonly Instance[]): void {
    for (const instance of instances) {
      if (!this.#entries.has(instance.instanceId))
        this.#entries.set(instance.instanceId, { instance, seenAt: this.#topicTime });
    }
    this.#index();
  }

  #dropSilent(): void {
    let dropped = false;
    for (const [id, { seenAt }] of this.#entries) {
      if (this.#topicTime - seenAt > silentAfter) dropped = this.#entries.delete(id);
    }
    if (dropped) this.#index();
  }

  #index(): void {
    this.#byService.clear();
    for (const { instance } of this.#entries.values())
      this.#byService.set(instance.service, [...this.of(instance.service), instance]);
  }
}
