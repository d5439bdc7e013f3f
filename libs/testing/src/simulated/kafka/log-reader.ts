import type { IncomingRecord, TopicPartition } from '@tradewind/messaging';
import type { SimulatedProcess } from '../simulated-process.js';
import type { BrokerConnection } from './broker-connection.js';
import type { Position } from './consumer-group.js';

/** Milliseconds after which a fetch that finds nothing comes back empty, and microseconds between tries while the broker is away. */
const longestFetch = 1_000;
const retry = { least: 200_000, most: 2_000_000 };

const placeOf = ({ topic, partition }: TopicPartition): string => `${topic}:${partition}`;

/** Fetches from some partitions, one fetch at a time, and hands the records over, one partition after another. */
export class LogReader {
  readonly #positions = new Map<string, Position>();
  #round = 0;
  #fetching = false;
  #paused = false;
  readonly #held = new Set<string>();
  #lastFetch: number;
  /** Set while a fetch waits for news. */
  #waitsSince: number | undefined;

  constructor(
    private readonly connection: BrokerConnection,
    private readonly onRecords: (records: readonly IncomingRecord[]) => void,
  ) {
    this.#lastFetch = this.#now;
    connection.onClose(() => this.stop());
  }

  get #life(): SimulatedProcess {
    return this.connection.life;
  }

  /** Reads these partitions from now on, and no others; what was fetched before is dropped. */
  read(positions: readonly Position[]): void {
    this.stop();
    for (const position of positions) this.#positions.set(placeOf(position), position);
    this.#fetch();
  }

  stop(): void {
    this.#round++;
    this.#fetching = false;
    this.#waitsSince = undefined;
    this.#positions.clear();
  }

  /** No further fetch, of these or of any; what is under way still comes. */
  hold(places?: readonly TopicPartition[]): void {
    if (places) for (const place of places) this.#held.add(placeOf(place));
    else this.#paused = true;
  }

  /** A fetch that is under way does not know of them yet: it is given up. */
  goOn(places?: readonly TopicPartition[]): void {
    if (places) for (const place of places) this.#held.delete(placeOf(place));
    else {
      this.#paused = false;
      this.#held.clear();
    }
    if (places) this.seek([]);
    else this.#fetch();
  }

  /** What is under way is dropped: it may be waiting behind the new positions. */
  seek(positions: readonly Position[]): void {
    for (const position of positions)
      if (this.#positions.has(placeOf(position))) this.#positions.set(placeOf(position), position);
    this.#round++;
    this.#fetching = false;
    this.#waitsSince = undefined;
    this.#fetch();
  }

  lastFetchAt(): number {
    return this.#lastEmptyFetch();
  }

  #fetch(): void {
    const positions = [...this.#positions.values()].filter((position) => !this.#held.has(placeOf(position)));
    if (this.#fetching || this.#paused || positions.length === 0) return;
    this.#fetching = true;
    const round = this.#round;
    const wait = (): Promise<IncomingRecord[][]> => {
      if (round === this.#round) this.#waitsSince = this.#now;
      return this.connection.kafka.fetch(positions);
    };
    this.connection.ask('fetch', wait).then(
      (batches) => {
        if (round !== this.#round) return;
        this.#waitsSince = undefined;
        this.#lastFetch = this.#now;
        this.#handOver(round, batches);
      },
      () => {
        if (round !== this.#round) return;
        this.#lastFetch = this.#lastEmptyFetch();
        this.#waitsSince = undefined;
        this.#life.deliver(this.#life.simulation.chance.between(retry.least, retry.most), 'fetches again', () =>
          this.#next(round),
        );
      },
    );
  }

  get #now(): number {
    return this.#life.world.clock.now().getTime();
  }

  /** A fetch that waits comes back, empty, every second; that is not simulated, only reckoned. */
  #lastEmptyFetch(): number {
    return this.#waitsSince === undefined
      ? this.#lastFetch
      : this.#now - ((this.#now - this.#waitsSince) % longestFetch);
  }

  #handOver(round: number, [batch, ...rest]: readonly IncomingRecord[][]): void {
    if (!batch) return this.#next(round);
    this.#life.deliver(this.#life.simulation.chance.between(1, 300), 'takes records', () => {
      if (round !== this.#round) return;
      const last = batch.at(-1)!;
      this.#positions.set(placeOf(last), { topic: last.topic, partition: last.partition, next: last.offset + 1n });
      this.onRecords(batch);
      this.#handOver(round, rest);
    });
  }

  #next(round: number): void {
    if (round !== this.#round) return;
    this.#fetching = false;
    this.#fetch();
  }
}
