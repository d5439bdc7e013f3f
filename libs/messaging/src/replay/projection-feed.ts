import { Transient } from '@tradewind/kernel';
import { decode, type Decoded } from '../consume/decode.js';
import { textOf } from '../consume/parker.js';
import type { Catalogue } from '../contract/index.js';
import type { IncomingRecord, KafkaClient, OffsetRange } from '../kafka/kafka-client.js';
import type { Runner } from '../run/runner.js';
import type { Work } from '../run/work.js';
import { backOff, type World } from '../system.js';
import type { Projection } from './projection-tables.js';
import { placeOf } from './ranges.js';
import type { Tally } from './tally.js';

/** Messages a transaction. Nobody else reads these rows, so it may be many; below the rows that one batch may load. */
const abreast = 4_000;
/** Milliseconds for which a database that does not answer is waited for. */
const patience = 60_000;
/** Milliseconds between two looks at how far it has come. */
const look = 5;
/** Further than any log: it goes on reading until it is told to stop. */
const noEnd = 2n ** 62n;

/**
 * Reads a consumer's topics from their beginning and applies its projections to empty tables, and goes on with what comes. No
 * message is marked: whatever comes twice finds a row whose sequence it is not above. A message that can't be handled stands
 * in the tally, and later ones of its key are passed over, as a living consumer holds them back.
 */
export class ProjectionFeed {
  readonly #positions = new Map<string, bigint>();
  readonly #closed = new Set<string>();
  readonly #over = new AbortController();
  #reading: Promise<void> = Promise.resolve();
  #applying: Promise<void> = Promise.resolve();
  #broken: { readonly error: unknown } | undefined;

  constructor(
    private readonly projection: Projection,
    private readonly contracts: Catalogue,
    private readonly ports: { readonly runner: Runner; readonly kafka: KafkaClient; readonly world: World },
    private readonly tally: Tally,
    private readonly onStep: () => void,
  ) {}

  async start(): Promise<void> {
    const ends = await this.#ends();
    const ranges = ends.map(({ topic, partition, start }): OffsetRange => ({
      topic,
      partition,
      from: start,
      to: noEnd,
    }));
    for (const { from, ...place } of ranges) this.#positions.set(placeOf(place), from);
    this.tally.expect(ends.map(({ start, end, ...place }) => ({ ...place, from: start, to: end })));
    this.#reading = this.ports.kafka
      .read({ ranges, onRecords: (records) => this.#take(records), signal: this.#over.signal })
      .catch((error: unknown) => void (this.#broken ??= { error }));
  }

  /** True when everything is applied that was on the topics when this was asked; false after so many milliseconds, or when told to stop. */
  async reach(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    const since = this.#now;
    const ends = await this.#ends();
    while (!ends.every((each) => (this.#positions.get(placeOf(each)) ?? 0n) >= each.end)) {
      if (this.#broken) throw this.#broken.error;
      if (signal.aborted || this.#now - since > milliseconds) return false;
      await this.ports.world.timers.wait(look, signal);
    }
    return true;
  }

  async stop(): Promise<void> {
    this.#over.abort();
    await this.#reading;
    await this.#applying;
  }

  #ends(): ReturnType<KafkaClient['endOffsets']> {
    return this.ports.kafka.endOffsets(this.projection.handlers.topics);
  }

  /** While some records are applied the next ones are read, fetched and decoded: neither the database nor the broker waits for the other. */
  async #take(records: readonly IncomingRecord[]): Promise<void> {
    for (let at = 0; at < records.length; at += abreast) {
      const some = records.slice(at, at + abreast);
      const decoded = some.map((record) => this.#decoded(record));
      await this.#applying;
      if (this.#broken) throw this.#broken.error;
      if (this.#over.signal.aborted) return;
      this.#applying = this.#apply(some, decoded).catch((error: unknown) => void (this.#broken ??= { error }));
    }
  }

  async #apply(records: readonly IncomingRecord[], all: readonly (Decoded | undefined)[]): Promise<void> {
    const works = new Map<Work, Decoded>();
    for (const decoded of all) {
      if (!decoded) this.tally.count('passed over');
      else if (decoded.poison) this.#failed(decoded, decoded.poison);
      else if (this.#closed.has(decoded.lane)) this.tally.count('behind a failed one');
      else {
        const { consumer: _, ...work } = this.projection.handlers.workOf(decoded)!;
        works.set(work, decoded);
      }
    }
    await this.#run(works);
    if (this.#over.signal.aborted) return;
    const last = records.at(-1)!;
    this.#positions.set(placeOf(last), last.offset + 1n);
    this.tally.read(records.length);
    this.onStep();
  }

  /** Undefined where it is not to be handled. Types that are passed over are not even parsed: they may be most of a topic. */
  #decoded(record: IncomingRecord): Decoded | undefined {
    return this.projection.handlers.kindOf(record.headers['ce_type'] ?? '') === undefined
      ? undefined
      : decode(record, this.contracts);
  }

  async #run(works: Map<Work, Decoded>): Promise<void> {
    const since = this.#now;
    // not `#closed`: what comes before poison of its lane is good
    const failed = new Set<string>();
    for (let left = [...works.keys()], round = 0; left.length > 0 && !this.#over.signal.aborted; round++) {
      const outcomes = await this.ports.runner.run(left);
      let last: unknown;
      left = left.filter((work) => {
        const outcome = outcomes.get(work)!;
        const decoded = works.get(work)!;
        if (outcome.kind === 'done') this.tally.count(`handled ${decoded.envelope!.type}`);
        else if (outcome.kind === 'failed' && !(outcome.error instanceof Transient)) {
          failed.add(decoded.lane);
          this.#failed(decoded, outcome.error);
        } else if (failed.has(decoded.lane)) this.tally.count('behind a failed one');
        else {
          last = 'error' in outcome ? outcome.error : last;
          return true;
        }
        return false;
      });
      if (last === undefined) continue;
      if (this.#now - since > patience) throw last as Error;
      await this.ports.world.timers.wait(backOff(this.ports.world, round, 50, 2_000), this.#over.signal);
    }
  }

  #failed({ id, lane, record, envelope }: Decoded, error: unknown): void {
    this.#closed.add(lane);
    this.tally.fail({
      id,
      type: envelope?.type ?? record.headers['ce_type'] ?? 'unknown',
      key: record.key,
      why: textOf(error),
    });
  }

  get #now(): number {
    return this.ports.world.clock.now().getTime();
  }
}
