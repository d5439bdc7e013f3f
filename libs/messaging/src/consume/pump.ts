import { Poison, Transient } from '@tradewind/kernel';
import type { Catalogue } from '../contract/index.js';
import type { IncomingRecord, KafkaClient, TopicPartition } from '../kafka/kafka-client.js';
import type { Log } from '../messaging.options.js';
import { Alarm } from '../outbox/alarm.js';
import { isTimeout } from '../postgres/sql-errors.js';
import { wordFor } from '../recovery/agreement.js';
import type { Runner } from '../run/runner.js';
import type { Outcome, Work } from '../run/work.js';
import type { Store } from '../store/store.js';
import { backOff, within, type World } from '../system.js';
import { BackPressure } from './back-pressure.js';
import { Care } from './care.js';
import { decode, type Decoded } from './decode.js';
import { HeldQueue, partsOf, type Held } from './held-queue.js';
import { Membership } from './membership.js';
import { Parker, textOf } from './parker.js';
import { poisonedWork } from './poisoned-work.js';
import { Positions } from './positions.js';
import { Precedence } from './precedence.js';

/** Milliseconds after which positions that were committed are committed once more. */
const repetition = 10_000;
/** Milliseconds to say that this process ended in good order; a database that is away just does not hear it. */
const lastWord = 1_000;
/** A decision that throws is tried this many times before its message is parked. */
export const triesBeforeParking = 4;

export interface PumpOptions {
  readonly group: string;
  readonly topics: readonly string[];
  readonly types: readonly string[];
  readonly contracts: Catalogue;
  /** The work that a message means, or undefined where the group passes over its class. */
  readonly workOf: (decoded: Decoded, released?: boolean) => Work | undefined;
  readonly deadLetters: string | undefined;
  readonly log: Log;
  readonly onDead: (error: Error) => void;
}

/**
 * Takes what waits, from all partitions, into one transaction at a time, and commits positions after it. At least once from
 * the broker, once in effect by the inbox, in order per key. Poison waits aside with its key; everything else flows.
 */
export class Pump {
  readonly #alarm: Alarm;
  readonly #positions: Positions;
  readonly #parker: Parker;
  readonly #care: Care;
  readonly #membership: Membership;
  readonly #precedence: Precedence;
  readonly #pressure = new BackPressure(() => this.#membership.subscription);
  readonly #queue = new HeldQueue();
  readonly #finished = new Set<Held>();
  readonly #stopped = new AbortController();
  #generation = 0;
  #outages = 0;
  #repeatedAt = 0;
  #run: Promise<void> | undefined;

  constructor(
    kafka: KafkaClient,
    private readonly store: Store,
    private readonly runner: Runner,
    private readonly world: World,
    private readonly options: PumpOptions,
  ) {
    this.#alarm = new Alarm(world.timers);
    this.#positions = new Positions(wordFor(options.types), world.timers);
    this.#parker = new Parker(store, world, options);
    this.#care = new Care(store, options.group, options.log);
    const { group, topics, onDead, log } = options;
    this.#precedence = new Precedence(kafka, world, {
      group,
      log,
      signal: this.#stopped.signal,
      onFree: (places) => this.#pressure.goOn(places),
    });
    this.#membership = new Membership(kafka, world, {
      group,
      topics,
      onRecords: (records) => this.#receive(records),
      onStartOver: (assigned) => this.#startOver(assigned),
      onDead,
      log,
    });
  }

  /** Rejects when the broker is away; may then be called again. */
  async start(): Promise<void> {
    this.#run ??= this.#work();
    await this.#membership.join();
  }

  /** Milliseconds since the last fetch came back: what liveness is. */
  get silence(): number {
    return this.#membership.silence;
  }

  get rebalances(): number {
    return this.#membership.rebalances;
  }

  get group(): string {
    return this.options.group;
  }

  get topics(): readonly string[] {
    return this.options.topics;
  }

  /** Finishes the batch under way, commits its positions and leaves the group. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#alarm.ring();
    await this.#run;
    await this.#membership.leave((subscription) => this.#positions.commit(subscription));
    await within(
      this.world.timers,
      lastWord,
      this.#care.end().catch(() => undefined),
      undefined,
    );
  }

  #receive(records: readonly IncomingRecord[]): void {
    const passedOver = new Set<string>();
    for (const record of records) {
      const place = `${record.topic}:${record.partition}`;
      if (passedOver.has(place)) continue;
      const hole = this.#positions.hole(record);
      const waits = hole === undefined && this.#precedence.holds(record);
      if (hole !== undefined || waits) {
        passedOver.add(place);
        this.#membership.subscription?.seek([
          { topic: record.topic, partition: record.partition, next: hole ?? record.offset },
        ]);
        if (waits) {
          this.#positions.wait(record);
          this.#pressure.stop(record);
        }
        continue;
      }
      this.#positions.begin(record);
      this.#pressure.add(record);
      this.#queue.push({
        decoded: decode(record, this.options.contracts),
        generation: this.#generation,
        notBefore: 0,
        tries: 0,
        alone: false,
      });
    }
    this.#pressure.settle();
    this.#alarm.ring();
  }

  /** After a rebalance everything uncommitted comes again, to whoever owns it now. */
  #startOver(assigned?: readonly TopicPartition[]): void {
    this.#generation++;
    this.#queue.clear();
    this.#positions.forget(assigned);
    this.#pressure.goOn(this.#precedence.startOver());
    this.#pressure.clear();
  }

  async #work(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const batch = this.#queue.take(this.world.clock.now().getTime());
      if (batch.length === 0) await this.#idle();
      else await this.#handle(batch);
    }
  }

  /**
   * Positions are committed again without a next record: deadlines wait for what is committed, and a commit may have failed,
   * or a former one that came late may have taken its place.
   */
  async #idle(): Promise<void> {
    await this.#alarm.wait(this.#queue.length > 0 ? 20 : 1_000);
    const now = this.world.clock.now().getTime();
    if (now - this.#repeatedAt >= repetition) {
      this.#repeatedAt = now;
      this.#positions.repeat();
    }
    this.#commit();
  }

  async #handle(batch: readonly Held[]): Promise<void> {
    const again: Held[] = [];
    let outage: unknown;
    try {
      const careful = await this.#care.needed(batch.map((held) => held.decoded));
      // Of a lane whose message is not finished, nothing later may be: the parts of a batch know nothing of each other.
      const closed = new Set<string>();
      const isOpen = ({ decoded }: Held): boolean => !closed.has(decoded.lane);
      for (const part of partsOf(batch, careful)) {
        again.push(...part.filter((held) => !isOpen(held)));
        for (const [held, outcome] of await this.#decide(part.filter(isOpen), careful)) {
          if (outcome.kind === 'transient') outage ??= outcome.error;
          try {
            if (isOpen(held) && (outcome.kind === 'done' ? this.#finish(held) : await this.#settle(held, outcome)))
              continue;
          } catch (error) {
            outage ??= error;
          }
          closed.add(held.decoded.lane);
          again.push(held);
        }
        if (careful) await this.#survived(part);
      }
    } catch (error) {
      outage = error;
      again.splice(0, again.length, ...batch.filter((held) => !this.#finished.has(held)));
    }
    this.#finished.clear();
    this.#queue.putBack(again.filter((held) => held.generation === this.#generation));
    this.#commit();
    if (outage === undefined) return void (this.#outages = 0);
    this.options.log('warn', 'consumer waits and tries again', {
      group: this.options.group,
      error: String(outage),
      outages: this.#outages,
    });
    await this.world.timers.wait(backOff(this.world, this.#outages++, 50, 2_000), this.#stopped.signal);
  }

  /** What could not be forgotten is counted once too often: it takes several deaths to park a message. */
  async #survived(part: readonly Held[]): Promise<void> {
    for (const held of part.filter((each) => this.#finished.has(each))) {
      await this.#care
        .survived(held.decoded.id)
        .catch((error: unknown) =>
          this.options.log('warn', 'a try could not be forgotten', { id: held.decoded.id, error: String(error) }),
        );
    }
  }

  async #decide(batch: readonly Held[], careful: boolean): Promise<Map<Held, Outcome>> {
    const works = new Map<Work, Held>();
    for (const held of batch) {
      if (held.generation !== this.#generation) continue;
      const { decoded } = held;
      if (careful && (await this.#care.kills(decoded.id))) {
        await this.#park(held, new Poison('the process died each time while it was handled'), triesBeforeParking);
        continue;
      }
      const work = decoded.poison ? poisonedWork(this.options.group, decoded) : this.options.workOf(decoded);
      if (work) works.set(work, held);
      else this.#finish(held);
    }
    const outcomes = await this.runner.run([...works.keys()]);
    // crashpoint: pump.after-run
    return new Map([...works].map(([work, held]) => [held, outcomes.get(work)!]));
  }

  /** Whether the message is finished; if not, it is to be tried again. */
  async #settle(held: Held, outcome: Outcome): Promise<boolean> {
    switch (outcome.kind) {
      case 'done':
      case 'seen':
        return this.#finish(held);
      case 'waiting':
        await this.#parker.parkBehind(held.decoded);
        return this.#finish(held);
      case 'failed':
        return this.#failed(held, outcome.error);
      case 'behind':
      case 'transient':
        return false;
      default:
        return this.#failed(
          held,
          new TypeError(`a message's handler can't answer ${outcome.kind}: refusals are messages`),
        );
    }
  }

  /** Transient for as long as it takes; poison is parked at once, anything else after a bounded number of tries. */
  async #failed(held: Held, error: unknown): Promise<boolean> {
    const { id } = held.decoded;
    held.alone ||= isTimeout(error);
    if (error instanceof Transient) return this.#later(held, ++held.tries);
    const tries = await this.store.countTry(this.options.group, id);
    // crashpoint: pump.after-try-counted
    if (error instanceof Poison || tries >= triesBeforeParking) return this.#park(held, error, tries);
    this.options.log('warn', 'a decision failed and is tried again', {
      group: this.options.group,
      id,
      tries,
      error: textOf(error),
    });
    return this.#later(held, tries);
  }

  /** Its lane waits with it; the others go on. */
  #later(held: Held, tries: number): false {
    held.notBefore = this.world.clock.now().getTime() + backOff(this.world, tries, 50, 2_000);
    return false;
  }

  async #park(held: Held, error: unknown, tries: number): Promise<true> {
    await this.#parker.park(held.decoded, error, tries);
    return this.#finish(held);
  }

  #commit(): void {
    this.#positions.commitSoon(() => this.#membership.subscription);
  }

  #finish(held: Held): true {
    this.#finished.add(held);
    if (held.generation !== this.#generation) return true;
    const { record } = held.decoded;
    this.#positions.finish(record);
    this.#pressure.remove(record);
    return true;
  }
}
