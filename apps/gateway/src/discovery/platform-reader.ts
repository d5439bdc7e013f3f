import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import {
  contracts,
  InstanceGone,
  InstanceSeen,
  SigningKeyAnnounced,
  SigningKeyRetired,
  topics,
} from '@tradewind/contracts';
import { httpOriginRule, isHttpOrigin } from '@tradewind/kernel';
import { KafkaClient } from '@tradewind/messaging';
import {
  Clock,
  Health,
  KeyRing,
  tailMessages,
  Timers,
  withTimeout,
  type IgnoredRecord,
  type Tail,
} from '@tradewind/service';
import { GatewayConfig } from '../gateway.config.js';
import type { InMemoryKeyRing, SignedKey } from '../tokens/in-memory-key-ring.js';
import { AllowedHosts } from './allowed-hosts.js';
import { readSnapshot, writeSnapshot } from './snapshot-file.js';
import { Upstreams } from './upstreams.js';

/** Every gateway reads these topics from the beginning. */
const topicNames = [topics.platformInstances.name, topics.userKeys.name];
const retryIntervalMs = 1_000;
/** Heartbeats arrive every 3 s, the gateway's own among them: after so long without one the gateway is cut off from the broker. */
const heartbeatTimeoutMs = 12_000;
const shutdownTimeoutMs = 2_000;

/** Maintains the copies of instances and keys: from the file at the start, then from the topics. */
@Injectable()
export class PlatformReader implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger('Platform');
  readonly #stopped = new AbortController();
  readonly #allowed: AllowedHosts;
  #ignored = 0;
  #lastIgnored: string | undefined;
  #tail: Tail | undefined;
  #caughtUp = false;
  #running: Promise<void> | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(
    private readonly config: GatewayConfig,
    private readonly upstreams: Upstreams,
    health: Health,
    @Inject(KeyRing) private readonly keys: InMemoryKeyRing,
    @Inject(KafkaClient) private readonly kafka: KafkaClient,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Timers) private readonly timers: Timers,
  ) {
    this.#allowed = new AllowedHosts(config.INSTANCE_HOSTS);
    health.addDegradation(() => [
      ...(this.isCurrent
        ? []
        : ['instances and keys: their topics are not being read; the last known ones stay in use']),
      ...(this.#lastIgnored === undefined
        ? []
        : [`instances and keys: ${this.#ignored} records cannot be used, the last one ${this.#lastIgnored}`]),
    ]);
  }

  /** Rejects, which fails the start, if the file is not a snapshot. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.config.INSTANCES_FILE !== undefined) {
      const { instances, keys } = await readSnapshot(this.config.INSTANCES_FILE);
      this.upstreams.restore(instances);
      for (const key of keys) await this.#restore(key);
    }
    this.keys.isCurrent = () => this.isCurrent;
    this.upstreams.onChange(() => this.#save());
    this.#running = this.#readUntilStopped();
  }

  /** A key of another root is left out: the topic has those of this one. */
  async #restore(key: SignedKey): Promise<void> {
    await this.keys
      .put(key)
      .catch((error: unknown) => this.#logger.warn('a signing key of INSTANCES_FILE is not used', error));
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped.abort();
    // closing would wait for an unavailable broker
    await withTimeout(this.timers, shutdownTimeoutMs, this.#close(), undefined);
    await this.#saving;
  }

  async #close(): Promise<void> {
    await this.#running;
    await this.#tail?.close();
    await this.kafka.close();
  }

  /** Whether the copies are up to date with the topics. */
  get isCurrent(): boolean {
    const { lastHeartbeatAt } = this.upstreams;
    return (
      this.#caughtUp &&
      lastHeartbeatAt !== undefined &&
      this.clock.now().getTime() - lastHeartbeatAt < heartbeatTimeoutMs
    );
  }

  async #readUntilStopped(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const disconnected = new AbortController();
      this.#ignored = 0;
      this.#lastIgnored = undefined;
      try {
        this.#tail = await tailMessages(this.kafka, contracts, {
          topics: topicNames,
          onMessage: (message) => this.#apply(message),
          onIgnored: (ignored) => this.#onIgnored(ignored),
          onFatal: (error) => {
            this.#logger.warn('instances and keys: the reading of their topics ended', error);
            disconnected.abort();
          },
        });
        this.#logger.log('instances and keys are read from their topics');
        void this.#tail.caughtUp.then(() => this.#onCaughtUp());
        await Promise.race([aborted(disconnected.signal), aborted(this.#stopped.signal)]);
        this.#caughtUp = false;
      } catch (error) {
        this.#logger.warn("instances and keys can't be read from their topics; the last known ones stay in use", error);
      }
      if (!this.#stopped.signal.aborted) await this.#tail?.close();
      await this.timers.wait(retryIntervalMs, this.#stopped.signal);
    }
  }

  #onIgnored({ record: { topic, partition, offset }, error }: IgnoredRecord): void {
    this.#reject(`at ${topic} ${partition}/${offset}: ${String(error)}`);
  }

  #reject(error: unknown): void {
    this.#ignored++;
    this.#lastIgnored = String(error);
  }

  /** Throws when the message cannot be used. */
  #apply(message: object): void {
    if (message instanceof InstanceSeen) {
      const { instanceId, service, url } = message;
      if (!isHttpOrigin(url)) throw new TypeError(`the address of ${instanceId} must be ${httpOriginRule}`);
      if (!this.#allowed.allows(url))
        throw new TypeError(`the address of ${instanceId}, ${url}, is not one of INSTANCE_HOSTS`);
      this.upstreams.seen({ instanceId, service, url });
    } else if (message instanceof InstanceGone) {
      this.upstreams.gone(message.instanceId);
    } else if (message instanceof SigningKeyAnnounced) {
      this.keys.put(message).then(
        () => this.#save(),
        (error: unknown) => this.#reject(error),
      );
    } else if (message instanceof SigningKeyRetired) {
      this.keys.retire(message.kid, message.signature);
      this.#save();
    }
  }

  #onCaughtUp(): void {
    this.#caughtUp = true;
    this.#save();
  }

  #save(): void {
    const file = this.config.INSTANCES_FILE;
    if (file === undefined) return;
    this.#saving = this.#saving
      .then(() => writeSnapshot(file, { instances: this.upstreams.announced(), keys: this.keys.all() }))
      .catch((error: unknown) => this.#logger.warn('INSTANCES_FILE could not be written', error));
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) =>
    signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true }),
  );
