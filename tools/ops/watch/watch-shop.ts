import { setTimeout as pause } from 'node:timers/promises';
import { kafkaClient, type KafkaClient, type Tail } from '@tradewind/messaging';
import { databaseNames, type DatabaseName } from '../gather/database-names.js';
import { keptTopics } from '../gather/gather.js';
import { Answering } from './answering.js';
import { lookAtMoney, lookAtStock, measure, type DatabaseLook, type Measured } from './database-looks.js';
import { memoryOf } from './instance-memory.js';
import { SaidSoFar } from './said-so-far.js';
import { Sightings, type SeenViolation } from './sightings.js';
import { StandingConnection } from './standing-connection.js';

/** Milliseconds that a part has for its answer, and that the end may take. */
const patience = 2_500;
const lastPatience = 30_000;

export interface WatchOptions {
  /** The services' own databases, by service: past any proxy, so that it is the shop that is cut off, and not the watch. */
  readonly databases: Readonly<Record<DatabaseName, string>>;
  /** `host:port`, several separated by commas; or a client that somebody has and closes. */
  readonly brokers: string | KafkaClient;
  /** Whose memory is measured at `<url>/metrics`. */
  readonly instances?: readonly { readonly name: string; readonly url: string }[] | undefined;
  /** Seconds between looks. Default 3; 0: only when `look` is called. */
  readonly everySeconds?: number | undefined;
  /** Told once of each violation, when it is first seen. */
  readonly log?: ((line: string) => void) | undefined;
}

export interface WatchReport {
  readonly looks: number;
  /** Looks at which everything answered. A watch that has seen nothing proves nothing. */
  readonly complete: number;
  /** At how many looks each part answered, and at how many it was away. */
  readonly parts: Readonly<Record<string, { readonly answered: number; readonly away: number }>>;
  readonly counted: Readonly<Record<string, number>>;
  /** The largest value seen of what may grow: connections, rows of the outbox, memory. */
  readonly peaks: Readonly<Record<string, number>>;
  readonly violations: readonly SeenViolation[];
}

export interface ShopWatch {
  /** One look, now. Never rejects because something is away. */
  look(): Promise<void>;
  report(): WatchReport;
  /** Takes a last look, once the topics are read to their ends, and lets go of everything. */
  stop(): Promise<WatchReport>;
}

/**
 * Looks at a shop while it is under load and faults, and checks what must hold at every moment: the pieces of each product,
 * 0 ≤ refunded ≤ captured, a ledger that balances and only grows, one outcome an order, one order an idempotency key, every
 * key's sequence without gap or inversion. It only reads; what is away is counted and asked again. Not for runs that wipe Kafka.
 */
export function watchShop(options: WatchOptions): ShopWatch {
  const watch = new Watch(options);
  watch.start((options.everySeconds ?? 3) * 1_000);
  return watch;
}

const looks: Partial<Record<DatabaseName, () => DatabaseLook>> = { product: () => lookAtStock, payment: lookAtMoney };

class Watch implements ShopWatch {
  readonly #findings: Sightings;
  readonly #said: SaidSoFar;
  readonly #peaks: Record<string, number> = {};
  readonly #connections: StandingConnection[] = [];
  readonly #parts: Answering<Measured>[];
  readonly #kafka: KafkaClient;
  #tail: Tail | undefined;
  #behind = false;
  #looks = 0;
  #complete = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  constructor(private readonly options: WatchOptions) {
    const { databases, brokers, instances = [], log = () => undefined } = options;
    this.#findings = new Sightings(log);
    this.#said = new SaidSoFar(this.#findings);
    this.#kafka =
      typeof brokers === 'string' ? kafkaClient({ brokers: brokers.split(','), clientId: 'tradewind-watch' }) : brokers;
    this.#parts = [
      ...databaseNames.map((name) => this.#database(name, databases[name])),
      new Answering('broker', () => this.#readTopics()),
      ...instances.map(
        ({ name, url }) =>
          new Answering(name, async () => ({ [`resident MiB of ${name}`]: await memoryOf(url, patience) })),
      ),
    ];
  }

  start(milliseconds: number): void {
    if (milliseconds > 0) this.#timer = setInterval(() => void this.look(), milliseconds);
  }

  /** A look that is still under way is this one as well. */
  look(): Promise<void> {
    return (this.#looking ??= this.#look().finally(() => (this.#looking = undefined)));
  }

  report(): WatchReport {
    const { counted, violations } = this.#findings;
    const parts = Object.fromEntries(this.#parts.map((part) => [part.name, part.count]));
    return { looks: this.#looks, complete: this.#complete, parts, counted, peaks: { ...this.#peaks }, violations };
  }

  async stop(): Promise<WatchReport> {
    clearInterval(this.#timer);
    const end = Date.now() + lastPatience;
    await this.look();
    while (this.#behind && Date.now() < end) {
      await pause(100);
      await this.look();
    }
    for (const connection of this.#connections) connection.close();
    await this.#tail?.close();
    if (typeof this.options.brokers === 'string') await this.#kafka.close();
    return this.report();
  }

  async #look(): Promise<void> {
    const answers = await Promise.all(this.#parts.map((part) => part.look(patience)));
    this.#looks++;
    if (answers.every((answer) => answer !== undefined)) this.#complete++;
    for (const answer of answers)
      for (const [what, value] of Object.entries(answer ?? {}))
        this.#peaks[what] = Math.max(this.#peaks[what] ?? 0, value);
  }

  #database(name: DatabaseName, url: string): Answering<Measured> {
    const connection = new StandingConnection(url);
    this.#connections.push(connection);
    const look = looks[name]?.();
    return new Answering(name, async () => {
      const measured = await connection.atOneMoment(async (rows) => ({
        ...(await measure(rows)),
        ...(await look?.(rows, this.#findings)),
      }));
      return Object.fromEntries(Object.entries(measured).map(([what, value]) => [`${what} of ${name}`, value]));
    });
  }

  /** The reader goes on by itself between looks; a look asks how far the topics have come. */
  async #readTopics(): Promise<Measured> {
    const topics = keptTopics.map(({ name }) => name);
    this.#behind = true;
    this.#tail ??= await this.#kafka.tail({
      topics,
      onRecords: (records) => records.forEach((record) => this.#said.add(record)),
      onDead: () => this.#beginAgain(),
    });
    const ends = await this.#kafka.endOffsets(topics);
    const unread = ends.reduce(
      (sum, { topic, partition, end, start }) =>
        sum + Math.max(0, Number(end - (this.#said.next(topic, partition) || start))),
      0,
    );
    this.#behind = unread > 0;
    return { 'records not read yet': unread };
  }

  /** The next look opens another reader; what it reads again is passed over. */
  #beginAgain(): void {
    this.#tail?.close().catch(() => undefined); // it is dead already
    this.#tail = undefined;
  }
}

/** For a person: how much was seen, what was away, how far things grew, and every violation. */
export function watchLines({ looks: taken, complete, parts, counted, peaks, violations }: WatchReport): string[] {
  const list = (values: Readonly<Record<string, number>>): string =>
    Object.entries(values)
      .map(([what, count]) => `${count.toLocaleString('en-GB')} ${what}`)
      .join(' · ');
  const away = Object.fromEntries(
    Object.entries(parts).flatMap(([name, count]) => (count.away > 0 ? [[name, count.away]] : [])),
  );
  return [
    `${violations.length === 0 ? 'ok  ' : 'BAD '} watched: ${taken} looks, ${complete} of them complete`,
    `       ${list(counted)}`,
    `       at most: ${list(peaks)}`,
    ...(Object.keys(away).length === 0 ? [] : [`       looks at which they were away: ${list(away)}`]),
    ...violations.map(
      ({ what, ids, at }) =>
        `     ✗ ${at} ${what}  ${Object.entries(ids)
          .map(([of, id]) => `${of}=${id}`)
          .join(' ')}`,
    ),
  ];
}
