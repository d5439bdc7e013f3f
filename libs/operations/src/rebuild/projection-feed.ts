import { Transient } from '@tradewind/kernel';
import type { KafkaClient } from '@tradewind/messaging';
import {
  backOff,
  type IncomingRecord,
  type OffsetRange,
  type PartitionOffset,
  type RuntimePorts,
  decode,
  outcomeOf,
  textOf,
  type Decoded,
  type Invocation,
  type Runner,
} from '@tradewind/messaging/internals';
import type { MessageRegistry } from '@tradewind/messaging/message';
import { notBefore, partitionName, type ReplayProgress } from '../replay/index.js';
import type { Projection } from './projection-tables.js';

/** Messages in one transaction: many, because no other process reads these rows; below the rows that one batch may load. */
const batchSize = 4_000;
/** Longest wait for a database that does not answer. */
const databaseTimeoutMs = 60_000;
const pollIntervalMs = 5;
/** Beyond any log: the feed reads until it is stopped. */
const noEnd = 2n ** 62n;

/**
 * Reads the topics of a consumer from the beginning, applies its projections to empty tables, and continues with new messages. It
 * writes no inbox: for a message that comes twice, the row already has its sequence. A message that can't be handled is reported,
 * and later messages of its key are skipped, as the live consumer blocks them.
 */
export class ProjectionFeed {
  readonly #offsets = new Map<string, bigint>();
  /** Ordering keys with a message that failed. */
  readonly #failedKeys = new Set<string>();
  readonly #stopped = new AbortController();
  #reading: Promise<void> = Promise.resolve();
  #applying: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  constructor(
    private readonly projection: Projection,
    private readonly contracts: MessageRegistry,
    private readonly environment: {
      readonly runner: Runner;
      readonly kafka: KafkaClient;
      readonly ports: RuntimePorts;
      /** Where the consumer started on foreign topics. */
      readonly decidedStarts: () => Promise<readonly PartitionOffset[]>;
    },
    private readonly progress: ReplayProgress,
    private readonly onBatch: () => void,
  ) {}

  async start(): Promise<void> {
    const ends = notBefore(await this.environment.decidedStarts(), await this.#ends());
    const ranges = ends.map(({ topic, partition, start }): OffsetRange => ({
      topic,
      partition,
      from: start,
      to: noEnd,
    }));
    for (const { from, ...place } of ranges) this.#offsets.set(partitionName(place), from);
    this.progress.expect(ends.map(({ start, end, ...place }) => ({ ...place, from: start, to: end })));
    this.#reading = this.environment.kafka
      .read({
        ranges,
        onRecords: (records) => this.#take(records),
        onReached: (place) => this.#reach(place),
        signal: this.#stopped.signal,
      })
      .catch((error: unknown) => void (this.#failure ??= { error }));
  }

  /** True when everything is applied that was on the topics at the call; false after the timeout or when the signal is aborted. */
  async catchUp(timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    const startedAt = this.#now;
    const ends = await this.#ends();
    while (!ends.every((each) => (this.#offsets.get(partitionName(each)) ?? 0n) >= each.end)) {
      if (this.#failure) throw this.#failure.error;
      if (signal.aborted || this.#now - startedAt > timeoutMs) return false;
      await this.environment.ports.timers.wait(pollIntervalMs, signal);
    }
    return true;
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#reading;
    await this.#applying;
  }

  /** Everything before the place counts as applied once the deliveries until now are. */
  #reach(place: PartitionOffset): void {
    void this.#applying.then(() => {
      if (!this.#failure && !this.#stopped.signal.aborted) this.#offsets.set(partitionName(place), place.offset);
    });
  }

  #ends(): ReturnType<KafkaClient['endOffsets']> {
    return this.environment.kafka.endOffsets(this.projection.handlers.topics);
  }

  /** Fetches and decodes the next records while the former ones are applied: database and broker work at the same time. */
  async #take(records: readonly IncomingRecord[]): Promise<void> {
    for (let start = 0; start < records.length; start += batchSize) {
      const batch = records.slice(start, start + batchSize);
      const decoded = batch.map((record) => this.#decode(record));
      await this.#applying;
      if (this.#failure) throw this.#failure.error;
      if (this.#stopped.signal.aborted) return;
      this.#applying = this.#apply(batch, decoded).catch((error: unknown) => void (this.#failure ??= { error }));
    }
  }

  async #apply(records: readonly IncomingRecord[], all: readonly (Decoded | undefined)[]): Promise<void> {
    const invocations = new Map<Invocation, Decoded>();
    for (const decoded of all) {
      if (!decoded || decoded.skipped) this.progress.count('skipped');
      else if (decoded.poison) this.#fail(decoded, decoded.poison);
      else if (this.#failedKeys.has(decoded.orderingKey)) this.progress.count('behind a failure');
      else {
        const marked = this.projection.handlers.invocationOf(decoded);
        if (!marked) continue;
        const { consumer: _, ...invocation } = marked;
        invocations.set(invocation, decoded);
      }
    }
    await this.#run(invocations);
    if (this.#stopped.signal.aborted) return;
    this.progress.read(records.length);
    this.onBatch();
  }

  /** Undefined for a type without a handler. It is not even parsed: such types may be most of a topic. */
  #decode(record: IncomingRecord): Decoded | undefined {
    const isForeign = this.contracts.topicNamed(record.topic)?.foreign !== undefined;
    return !isForeign && this.projection.handlers.kindOf(record.headers['ce_type'] ?? '') === undefined
      ? undefined
      : decode(record, this.contracts);
  }

  async #run(invocations: ReadonlyMap<Invocation, Decoded>): Promise<void> {
    const startedAt = this.#now;
    // Not `#failedKeys`: what comes before the poison of its key is applied.
    const failed = new Set<string>();
    for (let left = [...invocations], round = 0; left.length > 0 && !this.#stopped.signal.aborted; round++) {
      const outcomes = await this.environment.runner.run(left.map(([invocation]) => invocation));
      let last: unknown;
      left = left.filter(([invocation, decoded]) => {
        const outcome = outcomeOf(outcomes, invocation);
        if (outcome.kind === 'done') this.progress.count(`handled ${typeOf(decoded)}`);
        else if (outcome.kind === 'failed' && !(outcome.error instanceof Transient)) {
          failed.add(decoded.orderingKey);
          this.#fail(decoded, outcome.error);
        } else if (failed.has(decoded.orderingKey)) this.progress.count('behind a failure');
        else {
          last = 'error' in outcome ? outcome.error : last;
          return true;
        }
        return false;
      });
      if (last === undefined) continue;
      if (this.#now - startedAt > databaseTimeoutMs) throw last as Error;
      const { ports } = this.environment;
      await ports.timers.wait(backOff(ports, round, 50, 2_000), this.#stopped.signal);
    }
  }

  #fail(decoded: Decoded, error: unknown): void {
    const { id, orderingKey, record } = decoded;
    this.#failedKeys.add(orderingKey);
    const type = typeOf(decoded);
    this.progress.fail({ id, type, key: record.key, error: textOf(error) });
  }

  get #now(): number {
    return this.environment.ports.clock.now().getTime();
  }
}

const typeOf = (decoded: Decoded): string =>
  decoded.poison || decoded.skipped ? (decoded.record.headers['ce_type'] ?? 'unknown') : decoded.envelope.type;
