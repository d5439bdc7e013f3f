/** A running process of a service, from its heartbeats. */
export interface Instance {
  readonly instanceId: string;
  readonly service: string;
  readonly url: string;
}

interface Entry {
  readonly instance: Instance;
  /** The topic time of its last heartbeat. */
  seenAt: number;
}

/** An instance is removed after so much topic time without a heartbeat of its own. */
const silenceLimitMs = 10_000;
/** The topic time advances by at most this between two heartbeats, so silence of the whole topic removes no instance. */
const maxGapMs = 3_000;

/**
 * The known instances, from the heartbeats on `platform.instances`. It uses *topic time*: this gateway's clock, advancing only
 * while heartbeats arrive. So neither an unavailable broker nor a wrong clock of another machine removes an instance.
 */
export class InstanceDirectory {
  readonly #entries = new Map<string, Entry>();
  readonly #byService = new Map<string, readonly Instance[]>();
  #topicTime = 0;
  #lastHeartbeatAt: number | undefined;

  /** Applies a heartbeat. A new instance replaces another one with the same address: two processes can't listen there. */
  seen(instance: Instance, now: number): void {
    const gap = this.#lastHeartbeatAt === undefined ? 0 : now - this.#lastHeartbeatAt;
    this.#topicTime += Math.min(Math.max(gap, 0), maxGapMs);
    this.#lastHeartbeatAt = now;
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

  /** Applies a tombstone. */
  gone(instanceId: string): void {
    if (this.#entries.delete(instanceId)) this.#index();
  }

  of(service: string): readonly Instance[] {
    return this.#byService.get(service) ?? [];
  }

  all(): readonly Instance[] {
    return [...this.#entries.values()].map(({ instance }) => instance);
  }

  /** When the last heartbeat of any instance arrived. */
  get lastHeartbeatAt(): number | undefined {
    return this.#lastHeartbeatAt;
  }

  /** Adds instances of a snapshot as if their heartbeats had just arrived. */
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
      if (this.#topicTime - seenAt > silenceLimitMs) dropped = this.#entries.delete(id);
    }
    if (dropped) this.#index();
  }

  #index(): void {
    this.#byService.clear();
    for (const { instance } of this.#entries.values())
      this.#byService.set(instance.service, [...this.of(instance.service), instance]);
  }
}
