import { Logger } from '@nestjs/common';
import type { InstanceGone, InstanceSeen } from '@tradewind/contracts';
import type { KafkaClient, Publisher, World } from '@tradewind/messaging';
import { within } from '../waiting/index.js';
import { announcement } from './announcement.js';

const everyMilliseconds = 3_000;

/**
 * Says every 3 s on `platform.instances` that this instance is alive and where, and at the end that it is gone. A broker that
 * is away only degrades the service: the next heartbeat tries again, with a new publisher.
 */
export class Heartbeats {
  readonly #logger = new Logger('Heartbeats');
  readonly #over = new AbortController();
  #publisher: Publisher | undefined;
  #sequence = 0n;
  #failing = false;
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly kafka: KafkaClient,
    private readonly service: string,
    private readonly instanceId: string,
    private readonly world: World,
  ) {}

  degraded(): readonly string[] {
    return this.#failing ? ['heartbeats: the broker does not take them'] : [];
  }

  start(url: string): void {
    const startedAt = this.world.clock.now().toISOString();
    this.#running = this.#beat(url, startedAt);
  }

  /** Ends after the tombstone, or after that many milliseconds without it: then the gateways miss the heartbeats. */
  async stop(patience: number): Promise<void> {
    if (this.#over.signal.aborted) return;
    this.#over.abort();
    const goodbye = this.#running.then(() => this.#say({ instanceId: this.instanceId })).then(() => this.#discard());
    await within(this.world.timers, patience, goodbye, undefined);
  }

  async #beat(url: string, startedAt: string): Promise<void> {
    const { instanceId, service } = this;
    while (!this.#over.signal.aborted) {
      await this.#say({ instanceId, service, url, startedAt, seenAt: this.world.clock.now().toISOString() });
      await this.world.timers.wait(everyMilliseconds, this.#over.signal);
    }
  }

  async #say(what: InstanceSeen | InstanceGone): Promise<void> {
    try {
      this.#publisher ??= await this.kafka.publisher();
      await this.#publisher.publish([announcement(what, this.service, ++this.#sequence, this.world)]);
      if (this.#failing) this.#logger.log('heartbeats are taken again');
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#logger.warn('a heartbeat was not taken; trying again', error);
      this.#failing = true;
      await this.#discard();
    }
  }

  async #discard(): Promise<void> {
    const spent = this.#publisher;
    this.#publisher = undefined;
    await spent?.close().catch((error: unknown) => this.#logger.debug('a spent publisher did not close', error));
  }
}
