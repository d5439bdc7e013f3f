import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import {
  contracts,
  InstanceGone,
  InstanceSeen,
  SigningKeyAnnounced,
  SigningKeyRetired,
  topics,
} from '@tradewind/contracts';
import { decode, KafkaClient, type IncomingRecord, type Tail } from '@tradewind/messaging';
import { Clock, Health, KeyRing, Timers, within } from '@tradewind/service';
import { GatewayConfig } from '../gateway.config.js';
import type { KnownKeys } from '../tokens/known-keys.js';
import { recall, remember } from './remembered.js';
import { Upstreams } from './upstreams.js';

/** Every gateway reads all of these from their beginning. */
const read = [topics.platformInstances.name, topics.userKeys.name];
const pauseBetweenTries = 1_000;
/** Heartbeats come every 3 s, our own among them: silence for so long means that we are cut off. */
const currentFor = 12_000;
const goodbyePatience = 2_000;

/** Keeps the copies of instances and keys: from the file at the start, from the topics from then on. */
@Injectable()
export class PlatformReader implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger('Platform');
  readonly #stopped = new AbortController();
  readonly #saidKeys = new Set<string>();
  #tail: Tail | undefined;
  #caughtUp = false;
  #running: Promise<void> | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor(
    private readonly config: GatewayConfig,
    private readonly upstreams: Upstreams,
    health: Health,
    @Inject(KeyRing) private readonly keys: KnownKeys,
    @Inject(KafkaClient) private readonly kafka: KafkaClient,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Timers) private readonly timers: Timers,
  ) {
    health.watches(() =>
      this.current ? [] : ['instances and keys: their topics are not being read; what is known stays'],
    );
  }

  /** Rejects, and so stops the start, when the file is not one of ours. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.config.INSTANCES_FILE !== undefined) {
      const { instances, keys } = await recall(this.config.INSTANCES_FILE);
      this.upstreams.restore(instances);
      for (const key of keys) await this.keys.put(key);
    }
    this.keys.isCurrent = () => this.current;
    this.upstreams.onChange(() => this.#save());
    this.#running = this.#readForEver();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped.abort();
    // a broker that is away is not waited for
    await within(this.timers, goodbyePatience, this.#leave(), undefined);
    await this.#saving;
  }

  async #leave(): Promise<void> {
    await this.#running;
    await this.#tail?.close();
    await this.kafka.close();
  }

  /** Whether what is known is what the topics say. */
  get current(): boolean {
    const { lastBeatAt } = this.upstreams;
    return this.#caughtUp && lastBeatAt !== undefined && this.clock.now().getTime() - lastBeatAt < currentFor;
  }

  async #readForEver(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const died = new AbortController();
      this.#saidKeys.clear();
      try {
        this.#tail = await this.kafka.tail({
          topics: read,
          onRecords: (records) => this.#take(records),
          onDead: () => died.abort(),
        });
        this.#logger.log('instances and keys are read from their topics');
        void this.#tail.caughtUp.then(() => this.#arrived());
        await Promise.race([ended(died.signal), ended(this.#stopped.signal)]);
        this.#caughtUp = false;
      } catch (error) {
        this.#logger.warn("instances and keys can't be read from their topics; what is known stays", error);
      }
      if (!this.#stopped.signal.aborted) await this.#tail?.close();
      await this.timers.wait(pauseBetweenTries, this.#stopped.signal);
    }
  }

  #take(records: readonly IncomingRecord[]): void {
    for (const record of records) {
      const { cls, message, poison } = decode(record, contracts);
      if (poison) {
        this.#logger.warn(
          'a record is passed over',
          { topic: record.topic, offset: record.offset, key: record.key },
          poison,
        );
      } else if (cls === InstanceSeen) {
        const { instanceId, service, url } = message as InstanceSeen;
        this.upstreams.seen({ instanceId, service, url: url.replace(/\/+$/, '') });
      } else if (cls === InstanceGone) {
        this.upstreams.gone((message as InstanceGone).instanceId);
      } else if (cls === SigningKeyAnnounced) {
        const key = message as SigningKeyAnnounced;
        this.#saidKeys.add(key.kid);
        this.keys.put(key).then(
          () => this.#save(),
          (error: unknown) => this.#logger.warn("a signing key can't be used", { kid: key.kid }, error),
        );
      } else if (cls === SigningKeyRetired) {
        this.keys.retire((message as SigningKeyRetired).kid);
        this.#save();
      }
    }
  }

  /** A key that the file knew and the topic does not was retired while we were away, and its tombstone is compacted away. */
  #arrived(): void {
    for (const { kid } of this.keys.all()) if (!this.#saidKeys.has(kid)) this.keys.retire(kid);
    this.#caughtUp = true;
    this.#save();
  }

  #save(): void {
    const file = this.config.INSTANCES_FILE;
    if (file === undefined) return;
    this.#saving = this.#saving
      .then(() => remember(file, { instances: this.upstreams.announced(), keys: this.keys.all() }))
      .catch((error: unknown) => this.#logger.warn('what is known could not be kept in INSTANCES_FILE', error));
  }
}

const ended = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) =>
    signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve(), { once: true }),
  );
