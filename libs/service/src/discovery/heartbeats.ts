import { Logger } from '@nestjs/common';
import type { InstanceGone, InstanceSeen } from '@tradewind/contracts';
import type { KafkaClient } from '@tradewind/messaging';
import type { Publisher, RuntimePorts } from '@tradewind/messaging/internals';
import { withTimeout } from '../waiting/index.js';
import { instanceRecord } from './instance-record.js';

const intervalMs = 3_000;

/**
 * Publishes a heartbeat with this instance's URL on `platform.instances` every 3 s, and a tombstone at shutdown. A broker that
 * can't be reached only degrades the service: the next heartbeat tries again, with a new publisher.
 */
export class Heartbeats {
  readonly #logger = new Logger('Heartbeats');
  readonly #stopped = new AbortController();
  #publisher: Publisher | undefined;
  #sequence = 0n;
  /** Why the last heartbeat was not published. */
  #failure: unknown;
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly kafka: KafkaClient,
    private readonly service: string,
    private readonly instanceId: string,
    private readonly ports: RuntimePorts,
  ) {}

  degraded(): readonly string[] {
    if (this.#failure === undefined) return [];
    return [`heartbeats: ${this.#failure instanceof Error ? this.#failure.message : String(this.#failure)}`];
  }

  start(url: string): void {
    const startedAt = this.ports.clock.now().toISOString();
    this.#running = this.#run(url, startedAt);
  }

  /** Publishes the tombstone. Gives up after the timeout: the gateways then notice the missing heartbeats. */
  async stop(timeoutMs: number): Promise<void> {
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort();
    const tombstone = this.#running
      .then(() => this.#publish({ instanceId: this.instanceId }))
      .then(() => this.#closePublisher());
    await withTimeout(this.ports.timers, timeoutMs, tombstone, undefined);
  }

  async #run(url: string, startedAt: string): Promise<void> {
    const { instanceId, service } = this;
    while (!this.#stopped.signal.aborted) {
      await this.#publish({ instanceId, service, url, startedAt, seenAt: this.ports.clock.now().toISOString() });
      await this.ports.timers.wait(intervalMs, this.#stopped.signal);
    }
  }

  async #publish(message: InstanceSeen | InstanceGone): Promise<void> {
    try {
      this.#publisher ??= await this.kafka.publisher();
      await this.#publisher.publish([instanceRecord(message, this.service, ++this.#sequence, this.ports)]);
      if (this.#failure !== undefined) this.#logger.log('the broker accepts heartbeats again');
      this.#failure = undefined;
    } catch (error) {
      if (this.#failure === undefined) this.#logger.warn('a heartbeat could not be published; retrying', error);
      this.#failure = error;
      await this.#closePublisher();
    }
  }

  async #closePublisher(): Promise<void> {
    const publisher = this.#publisher;
    this.#publisher = undefined;
    await publisher?.close().catch((error: unknown) => this.#logger.debug('a failed publisher did not close', error));
  }
}
