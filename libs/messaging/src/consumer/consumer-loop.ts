import { Poison, Transient } from '@tradewind/kernel';
import { decode } from '../handling/decode.js';
import type { DecodedMessage } from '../handling/decoded.js';
import { outcomeOf, type Invocation, type Outcome } from '../handling/invocation.js';
import { poisonedInvocation } from '../handling/poisoned-invocation.js';
import type { Runner } from '../handling/runner.js';
import type { MessageRegistry } from '../message/index.js';
import {
  backOff,
  partitionKey,
  StatementTimeout,
  textOf,
  UnreadableRecords,
  WakeSignal,
  withTimeout,
  type IncomingRecord,
  type KafkaClient,
  type Log,
  type OffsetRange,
  type RuntimePorts,
  type Store,
  type TopicPartition,
} from '../ports/index.js';
import { recordFields } from '../tracing/index.js';
import { BackPressure } from './back-pressure.js';
import { CrashLoopGuard } from './crash-loop-guard.js';
import { DeadLetterWriter } from './dead-letter-writer.js';
import { handledTypesHash } from './offset-metadata.js';
import { OffsetTracker } from './offset-tracker.js';
import { PendingQueue, transactionParts, type PendingMessage } from './pending-queue.js';
import { RepartitionBarrier } from './repartition-barrier.js';
import { ResilientSubscription } from './resilient-subscription.js';
import type { UnknownMessages } from './unknown-messages.js';

/** Committed offsets are committed again at this interval. */
const recommitIntervalMs = 10_000;
/** Longest wait of an orderly stop for the database. */
const shutdownTimeoutMs = 1_000;
/** Attempts of a decision that throws, before its message is dead-lettered. */
export const attemptsBeforeDeadLetter = 4;

export interface ConsumerLoopOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly types: readonly string[];
  readonly contracts: MessageRegistry;
  /** Undefined where the group ignores the message class. */
  readonly invocationOf: (decoded: DecodedMessage, redriven?: boolean) => Invocation | undefined;
  readonly unknownMessages: UnknownMessages;
  readonly deadLetters: string | undefined;
  readonly log: Log;
  readonly onFatal: (error: Error) => void;
}

/**
 * Handles what waits on all partitions in one transaction at a time, and commits offsets after it. Records arrive at least once;
 * the inbox makes them take effect once; the order of each key is kept. Poison blocks its key, and no other.
 */
export class ConsumerLoop {
  readonly #wakeSignal: WakeSignal;
  readonly #offsets: OffsetTracker;
  readonly #deadLetters: DeadLetterWriter;
  readonly #unknownMessages: UnknownMessages;
  readonly #crashLoopGuard: CrashLoopGuard;
  readonly #subscription: ResilientSubscription;
  readonly #repartitionBarrier: RepartitionBarrier;
  readonly #backPressure = new BackPressure(() => this.#subscription.current);
  readonly #queue = new PendingQueue();
  readonly #finished = new Set<PendingMessage>();
  readonly #unreadable = new Map<string, UnreadableRecords>();
  readonly #stopping = new AbortController();
  #generation = 0;
  #outages = 0;
  #recommittedAt = 0;
  #run: Promise<void> | undefined;

  constructor(
    kafka: KafkaClient,
    private readonly store: Store,
    private readonly runner: Runner,
    private readonly ports: RuntimePorts,
    private readonly options: ConsumerLoopOptions,
  ) {
    const { group, topics, types, onFatal, log } = options;
    this.#wakeSignal = new WakeSignal(ports.timers);
    this.#offsets = new OffsetTracker(handledTypesHash(types), ports.timers);
    this.#deadLetters = new DeadLetterWriter(store, ports, options);
    this.#unknownMessages = options.unknownMessages;
    this.#crashLoopGuard = new CrashLoopGuard(store, group, log);
    this.#repartitionBarrier = new RepartitionBarrier(kafka, ports, {
      group,
      log,
      signal: this.#stopping.signal,
      onOpen: (partitions) => this.#backPressure.resumePartitions(partitions),
    });
    this.#subscription = new ResilientSubscription(kafka, ports, {
      group,
      topics,
      onRecords: (records, ranges) => this.#receive(records, ranges),
      onUnreadable: (at, reason) => this.#unreadable.set(partitionKey(at), new UnreadableRecords(at, reason)),
      onReset: (assigned) => this.#reset(assigned),
      onFatal,
      log,
    });
  }

  /** Rejects when the broker is unavailable; may then be called again. */
  async start(): Promise<void> {
    this.#run ??= this.#loop();
    await this.#subscription.join();
  }

  /** Milliseconds since the last fetch returned: the measure of liveness. */
  get silenceMs(): number {
    return this.#subscription.silenceMs;
  }

  /** Why the brokers refuse the consumer at present. */
  get denial(): string | undefined {
    return this.#subscription.denial;
  }

  /** Partitions that stand still, because their next records cannot be read. */
  get unreadable(): readonly string[] {
    return [...this.#unreadable.values()].map(({ message }) => message);
  }

  get rebalances(): number {
    return this.#subscription.rebalances;
  }

  get group(): string {
    return this.options.group;
  }

  get topics(): readonly string[] {
    return this.options.topics;
  }

  /** Finishes the present batch, commits its offsets and leaves the group. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wakeSignal.notify();
    await this.#run;
    await this.#subscription.leave((subscription) => this.#offsets.commit(subscription));
    const cleared = this.#crashLoopGuard
      .stop()
      .catch((error: unknown) => this.options.log('warn', 'starts were not cleared', { error: String(error) }));
    await withTimeout(this.ports.timers, shutdownTimeoutMs, cleared, undefined);
  }

  #receive(records: readonly IncomingRecord[], ranges: readonly OffsetRange[]): void {
    const skipped = new Set<string>();
    for (const range of ranges) {
      this.#unreadable.delete(partitionKey(range));
      const offset = this.#offsets.gapBefore(range);
      if (offset === undefined) continue;
      skipped.add(partitionKey(range));
      this.#subscription.current?.seek([{ topic: range.topic, partition: range.partition, offset }]);
    }
    for (const record of records) {
      const key = partitionKey(record);
      if (skipped.has(key)) continue;
      if (!this.#isForeign(record) && this.#repartitionBarrier.mustWait(record)) {
        skipped.add(key);
        const { topic, partition, offset } = record;
        this.#subscription.current?.seek([{ topic, partition, offset }]);
        const from = ranges.find((range) => partitionKey(range) === key)?.from ?? offset;
        this.#offsets.read({ topic, partition, from, to: offset });
        this.#offsets.resumeFrom(record);
        this.#backPressure.pausePartition(record);
        continue;
      }
      this.#offsets.begin(record);
      this.#backPressure.add(record);
      this.#queue.push({
        decoded: decode(record, this.options.contracts),
        generation: this.#generation,
        notBefore: 0,
        failures: 0,
        alone: false,
      });
    }
    for (const range of ranges) if (!skipped.has(partitionKey(range))) this.#offsets.read(range);
    this.#commit();
    this.#backPressure.apply();
    this.#wakeSignal.notify();
  }

  /** No relay of ours writes the headers of its records. */
  #isForeign({ topic }: IncomingRecord): boolean {
    return this.options.contracts.topicNamed(topic)?.foreign !== undefined;
  }

  /** After a rebalance everything uncommitted arrives again, at the instance that is assigned it now. */
  #reset(assigned?: readonly TopicPartition[]): void {
    this.#generation++;
    this.#unreadable.clear();
    this.#queue.clear();
    this.#offsets.reset(assigned);
    this.#backPressure.resumePartitions(this.#repartitionBarrier.reset());
    this.#backPressure.clear();
  }

  async #loop(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const batch = this.#queue.take(this.#now());
      if (batch.length === 0) await this.#idle();
      else await this.#handle(batch);
    }
  }

  /**
   * Commits offsets again while no record arrives: timeouts wait for committed offsets, and a commit may have failed, or a delayed
   * one of a former member may have replaced it.
   */
  async #idle(): Promise<void> {
    await this.#wakeSignal.wait(this.#queue.length > 0 ? 20 : 1_000);
    const now = this.#now();
    if (now - this.#recommittedAt >= recommitIntervalMs) {
      this.#recommittedAt = now;
      this.#offsets.recommitAll();
    }
    this.#commit();
  }

  async #handle(batch: readonly PendingMessage[]): Promise<void> {
    const again: PendingMessage[] = [];
    let outage: unknown;
    try {
      const guarded = await this.#crashLoopGuard.guardedParts(batch);
      // The parts of a batch are separate transactions: a key with an unfinished message is closed for the later parts.
      const closedKeys = new Set<string>();
      const isOpen = ({ decoded }: PendingMessage): boolean => !closedKeys.has(decoded.orderingKey);
      for (const part of guarded ?? transactionParts(batch)) {
        again.push(...part.filter((message) => !isOpen(message)));
        const open = part.filter(isOpen);
        if (guarded) await this.#crashLoopGuard.begin(open);
        for (const [message, outcome] of await this.#decide(open, guarded !== undefined)) {
          if (outcome.kind === 'transient') outage ??= outcome.error;
          try {
            if (
              isOpen(message) &&
              (outcome.kind === 'done' ? this.#finish(message) : await this.#settle(message, outcome))
            )
              continue;
          } catch (error) {
            outage ??= error;
          }
          closedKeys.add(message.decoded.orderingKey);
          again.push(message);
        }
        if (guarded) await this.#crashLoopGuard.survived(open);
      }
    } catch (error) {
      outage = error;
      again.splice(0, again.length, ...batch.filter((message) => !this.#finished.has(message)));
    }
    this.#finished.clear();
    this.#queue.putBack(again.filter((message) => message.generation === this.#generation));
    this.#commit();
    if (outage === undefined) return void (this.#outages = 0);
    this.options.log('warn', 'the consumer waits and retries', {
      group: this.options.group,
      error: String(outage),
      outages: this.#outages,
    });
    await this.ports.timers.wait(backOff(this.ports, this.#outages++, 50, 2_000), this.#stopping.signal);
  }

  async #decide(batch: readonly PendingMessage[], guarded: boolean): Promise<Map<PendingMessage, Outcome>> {
    const invocations = new Map<PendingMessage, Invocation>();
    for (const message of batch) {
      if (message.generation !== this.#generation) continue;
      const { decoded } = message;
      if (guarded && this.#crashLoopGuard.isDeadly(decoded.id)) {
        await this.#deadLetter(
          message,
          new Poison('the process crashed each time it handled it'),
          attemptsBeforeDeadLetter,
        );
        continue;
      }
      if (decoded.skipped) {
        await this.#unknownMessages.skip(decoded);
        this.#finish(message);
        continue;
      }
      const invocation = decoded.poison
        ? poisonedInvocation(this.options.group, decoded)
        : this.options.invocationOf(decoded);
      if (invocation) invocations.set(message, invocation);
      else this.#finish(message);
    }
    const outcomes = await this.runner.run([...invocations.values()]);
    // crashpoint: consumer.after-run
    return new Map([...invocations].map(([message, invocation]) => [message, outcomeOf(outcomes, invocation)]));
  }

  /** Whether the message is finished. If not, it is retried. */
  async #settle(message: PendingMessage, outcome: Outcome): Promise<boolean> {
    switch (outcome.kind) {
      case 'done':
      case 'duplicate':
        return this.#finish(message);
      case 'blocked':
        await this.#deadLetters.writeBehind(message.decoded);
        return this.#finish(message);
      case 'failed':
        return this.#failed(message, outcome.error);
      case 'deferred':
      case 'transient':
        return false;
      default:
        return this.#failed(
          message,
          new TypeError(`the handler of a message cannot return ${outcome.kind}: publish the rejection as a message`),
        );
    }
  }

  /** Transient errors are retried forever. Poison is dead-lettered at once, any other error after a bounded number of attempts. */
  async #failed(message: PendingMessage, error: unknown): Promise<boolean> {
    const { group, log } = this.options;
    const { id } = message.decoded;
    message.alone ||= error instanceof StatementTimeout;
    if (error instanceof Transient) return this.#retryLater(message, ++message.failures);
    const attempts = await this.store.countAttempt(group, id);
    // crashpoint: consumer.after-attempt-counted
    if (error instanceof Poison || attempts >= attemptsBeforeDeadLetter)
      return this.#deadLetter(message, error, attempts);
    log('warn', 'a decision failed and is retried', {
      group,
      id,
      attempts,
      error: textOf(error),
      ...recordFields(message.decoded.record),
    });
    return this.#retryLater(message, attempts);
  }

  /** Its key waits with it; other keys continue. */
  #retryLater(message: PendingMessage, attempt: number): false {
    message.notBefore = this.#now() + backOff(this.ports, attempt, 50, 2_000);
    return false;
  }

  async #deadLetter(message: PendingMessage, error: unknown, attempts: number): Promise<true> {
    await this.#deadLetters.write(message.decoded, error, attempts);
    return this.#finish(message);
  }

  #commit(): void {
    this.#offsets.commitSoon(() => this.#subscription.current);
  }

  #finish(message: PendingMessage): true {
    this.#finished.add(message);
    if (message.generation !== this.#generation) return true;
    const { record } = message.decoded;
    this.#offsets.finish(record);
    this.#backPressure.remove(record);
    return true;
  }

  #now(): number {
    return this.ports.clock.now().getTime();
  }
}
