import { Poison, Transient } from '@tradewind/kernel';
import type { Catalogue } from '../contract/index.js';
import type { IncomingRecord, KafkaClient, Subscription, TopicPartition } from '../kafka/kafka-client.js';
import { Alarm } from '../outbox/alarm.js';
import type { Runner } from '../run/runner.js';
import type { Outcome, Work } from '../run/work.js';
import type { ParkReason, ParkedMessage, Store } from '../store/store.js';
import { backOff, type World } from '../system.js';
import { decode, type Decoded } from './decode.js';
import { parkedNote } from './dead-letters.js';
import { Progress } from './progress.js';

/** Messages, and bytes of payload, that share a transaction. */
const messageLimit = 500;
const byteLimit = 1024 * 1024;
/** Bytes that may wait in memory before fetching pauses, and below which it goes on. */
const pauseAbove = 32 * 1024 * 1024;
const resumeBelow = 8 * 1024 * 1024;
/** A decision that throws is tried this many times before its message is parked. */
export const triesBeforeParking = 4;
/** A partition on which a consumer began this often at one offset may hold a message that kills the process: it is read one by one. */
const startsBeforeCare = 3;
const messagesWithCare = 500;

export interface PumpOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly contracts: Catalogue;
  /** The work that a message means, or undefined where the group passes over its class. */
  readonly workOf: (decoded: Decoded, released?: boolean) => Work | undefined;
  readonly deadLetters: string | undefined;
  readonly log: (level: 'info' | 'warn' | 'error', message: string, detail?: object) => void;
  readonly onDead: (error: Error) => void;
}

interface Held {
  readonly decoded: Decoded;
  readonly generation: number;
  notBefore: number;
  /** Transient failures of its decision. */
  tries: number;
}

/**
 * Takes what waits, from all partitions, into one transaction at a time, and commits positions after it. At least once from
 * the broker, once in effect by the inbox, in order per key. Poison waits aside with its key; everything else flows.
 */
export class Pump {
  readonly #alarm: Alarm;
  readonly #progress = new Map<string, Progress>();
  readonly #careful = new Map<string, number>();
  #queue: Held[] = [];
  #generation = 0;
  #bytes = 0;
  #paused = false;
  #stopping = false;
  #outages = 0;
  #subscription: Subscription | undefined;
  #run: Promise<void> | undefined;
  #committing: Promise<void> | undefined;
  readonly #uncommitted = new Map<string, TopicPartition & { next: bigint }>();

  constructor(
    private readonly kafka: KafkaClient,
    private readonly store: Store,
    private readonly runner: Runner,
    private readonly world: World,
    private readonly options: PumpOptions,
  ) {
    this.#alarm = new Alarm(world.timers);
  }

  /** Rejects when the broker is away; may then be called again. */
  async start(): Promise<void> {
    this.#run ??= this.#work();
    this.#subscription = await this.kafka.subscribe({
      group: this.options.group,
      topics: this.options.topics,
      onRecords: (records) => this.#receive(records),
      onAssigned: () => this.#startOver(),
      onDead: this.options.onDead,
    });
  }

  /** Milliseconds since the last fetch came back: what liveness is. */
  get silence(): number {
    return this.#subscription ? this.world.clock.now().getTime() - this.#subscription.lastFetchAt() : 0;
  }

  get group(): string {
    return this.options.group;
  }

  get topics(): readonly string[] {
    return this.options.topics;
  }

  /** Finishes the batch under way, commits its positions and leaves the group. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#alarm.ring();
    await this.#run;
    await this.#flush();
    await this.#subscription?.close();
  }

  #receive(records: readonly IncomingRecord[]): void {
    for (const record of records) {
      this.#progressOf(record).begin(record.offset);
      this.#bytes += sizeOf(record);
      this.#queue.push({ decoded: decode(record, this.options.contracts), generation: this.#generation, notBefore: 0, tries: 0 });
    }
    if (!this.#paused && this.#bytes > pauseAbove) {
      this.#paused = true;
      this.#subscription?.pause();
    }
    this.#alarm.ring();
  }

  /** After a rebalance everything uncommitted comes again, to whoever owns it now. */
  #startOver(): void {
    this.#generation++;
    this.#queue = [];
    this.#bytes = 0;
    this.#progress.clear();
    this.#careful.clear();
    this.#uncommitted.clear();
    if (this.#paused) {
      this.#paused = false;
      this.#subscription?.resume();
    }
  }

  #progressOf({ topic, partition }: TopicPartition): Progress {
    const place = `${topic}:${partition}`;
    let progress = this.#progress.get(place);
    if (!progress) this.#progress.set(place, (progress = new Progress()));
    return progress;
  }

  async #work(): Promise<void> {
    while (!this.#stopping) {
      const batch = this.#take();
      if (batch.length === 0) await this.#alarm.wait(this.#queue.length > 0 ? 20 : 1_000);
      else await this.#handle(batch);
    }
  }

  /** From the front of the queue; a lane whose earlier message waits for another try is left where it is. */
  #take(): Held[] {
    const now = this.world.clock.now().getTime();
    const batch: Held[] = [];
    const rest: Held[] = [];
    const closed = new Set<string>();
    let bytes = 0;
    for (const held of this.#queue) {
      const { lane, record } = held.decoded;
      const full = batch.length >= messageLimit || (batch.length > 0 && bytes + sizeOf(record) > byteLimit);
      if (full || held.notBefore > now || closed.has(lane)) {
        closed.add(lane);
        rest.push(held);
      } else {
        bytes += sizeOf(record);
        batch.push(held);
      }
    }
    this.#queue = rest;
    return batch;
  }

  async #handle(batch: readonly Held[]): Promise<void> {
    const again: Held[] = [];
    let outage: unknown;
    try {
      const careful = await this.#needsCare(batch);
      for (const part of careful ? batch.map((held) => [held]) : [batch]) {
        for (const [held, outcome] of await this.#decide(part, careful)) {
          if (outcome.kind === 'transient') outage ??= outcome.error;
          try {
            if (!(await this.#settle(held, outcome))) again.push(held);
          } catch (error) {
            outage ??= error;
            again.push(held);
          }
        }
      }
    } catch (error) {
      outage = error;
      again.splice(0, again.length, ...batch.filter((held) => !this.#finished.has(held)));
    }
    this.#finished.clear();
    // What is handed back was taken from the front, so each lane keeps its order.
    this.#queue = [...again.filter((held) => held.generation === this.#generation), ...this.#queue];
    void this.#flush();
    if (outage === undefined) return void (this.#outages = 0);
    this.options.log('warn', 'consumer waits and tries again', { group: this.options.group, error: String(outage), outages: this.#outages });
    await this.world.timers.wait(backOff(this.world, this.#outages++, 50, 2_000));
  }

  readonly #finished = new Set<Held>();

  async #decide(batch: readonly Held[], careful: boolean): Promise<Map<Held, Outcome>> {
    const works = new Map<Work, Held>();
    for (const held of batch) {
      if (held.generation !== this.#generation) continue;
      const { decoded } = held;
      if (careful && (await this.store.countTry(this.options.group, decoded.id)) > triesBeforeParking) {
        await this.#park(held, new Poison('the process died each time while it was handled'), triesBeforeParking);
        continue;
      }
      const work = decoded.poison ? poisonedWork(this.options.group, decoded) : this.options.workOf(decoded);
      if (work) works.set(work, held);
      else this.#finish(held);
    }
    const outcomes = await this.runner.run([...works.keys()]);
    return new Map([...works].map(([work, held]) => [held, outcomes.get(work)!]));
  }

  /** Whether the message is finished; if not, it is to be tried again. */
  async #settle(held: Held, outcome: Outcome): Promise<boolean> {
    switch (outcome.kind) {
      case 'done':
      case 'seen':
        return this.#finish(held);
      case 'waiting':
        await this.store.transaction((transaction) => this.#parkBehind(transaction, held));
        return this.#finish(held);
      case 'failed':
        return this.#failed(held, outcome.error);
      case 'behind':
      case 'transient':
        return false;
      default:
        return this.#failed(held, new TypeError(`a message's handler can't answer ${outcome.kind}: refusals are messages`));
    }
  }

  async #parkBehind(transaction: Parameters<Parameters<Store['transaction']>[0]>[0], held: Held): Promise<void> {
    const { waiting } = await transaction.mark(this.options.group, [{ id: held.decoded.id, lane: held.decoded.lane }]);
    if (waiting.has(held.decoded.id)) await transaction.park([this.#parkedOf(held)], null);
    else throw new LaneReopened();
  }

  /** Transient for as long as it takes; poison is parked at once, anything else after a bounded number of tries. */
  async #failed(held: Held, error: unknown): Promise<boolean> {
    const { id } = held.decoded;
    if (error instanceof Transient) return this.#later(held, ++held.tries);
    const tries = await this.store.countTry(this.options.group, id);
    if (error instanceof Poison || tries >= triesBeforeParking) return this.#park(held, error, tries);
    this.options.log('warn', 'a decision failed and is tried again', { group: this.options.group, id, tries, error: textOf(error) });
    return this.#later(held, tries);
  }

  /** Its lane waits with it; the others go on. */
  #later(held: Held, tries: number): false {
    held.notBefore = this.world.clock.now().getTime() + backOff(this.world, tries, 50, 2_000);
    return false;
  }

  /** In a transaction of its own, before the later messages of the lane are looked at: they find it parked and wait behind. */
  async #park(held: Held, error: unknown, tries: number): Promise<true> {
    const { group, deadLetters, log } = this.options;
    const parked = this.#parkedOf(held);
    const reason: ParkReason = { cause: error instanceof Error ? error.name : 'failure', detail: textOf(error), tries };
    const first = await this.store.transaction(async (transaction) => {
      const { seen, waiting } = await transaction.mark(group, [{ id: parked.messageId, lane: parked.lane }]);
      if (seen.has(parked.messageId)) return false;
      if (!waiting.has(parked.messageId)) await transaction.unmark(group, [parked.messageId]);
      await transaction.park([parked], waiting.has(parked.messageId) ? null : reason);
      if (deadLetters !== undefined) await transaction.append([parkedNote(parked, reason, deadLetters, this.world)]);
      return true;
    });
    this.#finish(held);
    if (!first) return true;
    log('error', 'a message is parked with its key', { group, id: parked.messageId, topic: parked.topic, partition: parked.partition, offset: parked.offset.toString(), ...reason });
    return true;
  }

  #parkedOf({ decoded: { record, id, lane } }: Held): ParkedMessage {
    return { ...record, consumer: this.options.group, messageId: id, lane };
  }

  #finish(held: Held): true {
    this.#finished.add(held);
    if (held.generation !== this.#generation) return true;
    const { record } = held.decoded;
    this.#bytes -= sizeOf(record);
    const progress = this.#progressOf(record);
    progress.finish(record.offset);
    if (progress.next !== undefined) {
      this.#uncommitted.set(`${record.topic}:${record.partition}`, { topic: record.topic, partition: record.partition, next: progress.next });
    }
    if (this.#paused && this.#bytes < resumeBelow) {
      this.#paused = false;
      this.#subscription?.resume();
    }
    return true;
  }

  /** One commit at a time; what was finished meanwhile goes with the next. */
  async #flush(): Promise<void> {
    while (this.#committing) await this.#committing;
    const positions = [...this.#uncommitted.values()];
    if (positions.length === 0 || !this.#subscription) return;
    this.#uncommitted.clear();
    this.#committing = this.#subscription.commit(positions).then((kept) => {
      this.#committing = undefined;
      if (!kept) for (const position of positions) this.#uncommitted.set(`${position.topic}:${position.partition}`, this.#uncommitted.get(`${position.topic}:${position.partition}`) ?? position);
    });
    await this.#committing;
  }

  /** True while a partition is at an offset where this consumer has begun suspiciously often. */
  async #needsCare(batch: readonly Held[]): Promise<boolean> {
    let care = false;
    for (const { decoded } of batch) {
      const { topic, partition, offset } = decoded.record;
      const place = `${topic}:${partition}`;
      let left = this.#careful.get(place);
      if (left === undefined) {
        const starts = await this.store.countStart(this.options.group, topic, partition, offset);
        left = starts > startsBeforeCare ? messagesWithCare : 0;
        if (left > 0) this.options.log('warn', 'the consumer began here again and again: it goes on one by one', { group: this.options.group, place, starts });
      }
      care ||= left > 0;
      this.#careful.set(place, Math.max(0, left - 1));
    }
    return care;
  }
}

const sizeOf = (record: IncomingRecord): number => (record.value?.length ?? 0) + 300;

const textOf = (error: unknown): string =>
  error instanceof Error ? error.message : String((error as { message?: unknown } | null)?.message ?? error);

/** A record that can't be read is decided like any other, so that order, inbox and parked lanes hold for it as well. */
const poisonedWork = (consumer: string, decoded: Decoded): Work => ({
  cause: decoded.id,
  lane: decoded.lane,
  consumer,
  load: {},
  input: decoded,
  decide: () => {
    throw decoded.poison;
  },
});

/** The lane was opened between the batch's look and ours: the message is simply handled again. */
class LaneReopened extends Error {
  readonly code = '40001';
}
