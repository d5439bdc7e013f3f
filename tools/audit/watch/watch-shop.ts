import { setTimeout as pause } from 'node:timers/promises';
import { kafkaClient, type KafkaClient } from '@tradewind/messaging';
import type { Tail } from '@tradewind/messaging/internals';
import { kafkaSecurityAs } from '../../kafka-users.js';
import { databaseServices, type DatabaseService } from '../../services.js';
import { memoryOf } from '../facts/instance-memory.js';
import { archivedTopics } from '../facts/topics.js';
import type { Counts } from '../invariants/section.js';
import { databaseChecks, measure, type Measured } from './database-checks.js';
import { PolledPart } from './polled-part.js';
import { RecordedMessages } from './recorded-messages.js';
import { ReusedConnection } from './reused-connection.js';
import { UniqueFindings, type SeenViolation } from './unique-findings.js';

/** The time of each part for its answer, and the longest time that stopping may take. */
const answerTimeoutMs = 2_500;
const stopTimeoutMs = 30_000;

export interface WatchOptions {
  /** The services' own databases, by service. Addresses past any proxy, so that a fault cuts off the shop and not the watch. */
  readonly databases: Readonly<Record<DatabaseService, string>>;
  /** `host:port`, several separated by commas; or the caller's client, which stays open. */
  readonly brokers: string | KafkaClient;
  /** The folder of the logins at Kafka, see `RunningShop`. */
  readonly kafkaLogins?: string | undefined;
  /** Their memory is read at `<operationsUrl>/metrics`. */
  readonly instances?: readonly { readonly name: string; readonly operationsUrl: string }[] | undefined;
  /** Seconds between rounds. Default 3; 0: only when `check` is called. */
  readonly intervalSeconds?: number | undefined;
  /** Called once for each violation. */
  readonly log?: ((line: string) => void) | undefined;
}

export interface WatchReport {
  readonly rounds: number;
  /** Rounds in which everything answered. Without any the watch proves nothing. */
  readonly completeRounds: number;
  /** The number of rounds in which each part answered, and in which it was unavailable. */
  readonly parts: Readonly<Record<string, { readonly answered: number; readonly unavailable: number }>>;
  readonly counted: Counts;
  /** The largest measured values: connections, outbox rows, memory. */
  readonly peaks: Readonly<Record<string, number>>;
  readonly violations: readonly SeenViolation[];
}

export interface ShopWatch {
  /** Runs a round now. Does not reject if something is unavailable. */
  check(): Promise<void>;
  report(): WatchReport;
  /** Runs a last round once the topics are read to their ends, and closes everything. */
  stop(): Promise<WatchReport>;
}

/**
 * Watches a shop under load and faults, and checks what must hold at every moment: the pieces of each product, 0 ≤ refunded ≤ captured,
 * a ledger that balances and only grows, one outcome an order, one order an idempotency key, the sequence of every key without gap or
 * inversion. It only reads; unavailable parts are counted and asked again. Not for runs that wipe Kafka.
 */
export function watchShop(options: WatchOptions): ShopWatch {
  const watch = new Watch(options);
  watch.start((options.intervalSeconds ?? 3) * 1_000);
  return watch;
}

class Watch implements ShopWatch {
  readonly #findings: UniqueFindings;
  readonly #recorded: RecordedMessages;
  readonly #peaks: Record<string, number> = {};
  readonly #connections: ReusedConnection[] = [];
  readonly #parts: PolledPart<Measured>[];
  readonly #kafka: KafkaClient;
  #tail: Tail | undefined;
  #behind = false;
  #rounds = 0;
  #completeRounds = 0;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(private readonly options: WatchOptions) {
    const { databases, brokers, kafkaLogins, instances = [], log = () => undefined } = options;
    this.#findings = new UniqueFindings(log);
    this.#recorded = new RecordedMessages(this.#findings);
    this.#kafka =
      typeof brokers === 'string'
        ? kafkaClient({
            brokers: brokers.split(','),
            clientId: 'tradewind-audit',
            ...kafkaSecurityAs('audit', kafkaLogins),
          })
        : brokers;
    this.#parts = [
      ...databaseServices.map((name) => this.#database(name, databases[name])),
      new PolledPart('broker', () => this.#readTopics()),
      ...instances.map(
        ({ name, operationsUrl }) =>
          new PolledPart(name, async () => ({
            [`resident MiB of ${name}`]: await memoryOf(operationsUrl, answerTimeoutMs),
          })),
      ),
    ];
  }

  start(intervalMs: number): void {
    if (intervalMs > 0) this.#timer = setInterval(() => void this.check(), intervalMs);
  }

  /** Joins a round that is still running. */
  check(): Promise<void> {
    return (this.#running ??= this.#round().finally(() => (this.#running = undefined)));
  }

  report(): WatchReport {
    const { counted, violations } = this.#findings;
    return {
      rounds: this.#rounds,
      completeRounds: this.#completeRounds,
      parts: Object.fromEntries(this.#parts.map((part) => [part.name, part.count])),
      counted,
      peaks: { ...this.#peaks },
      violations,
    };
  }

  async stop(): Promise<WatchReport> {
    clearInterval(this.#timer);
    const end = Date.now() + stopTimeoutMs;
    await this.check();
    while (this.#behind && Date.now() < end) {
      await pause(100);
      await this.check();
    }
    for (const connection of this.#connections) connection.close();
    await this.#tail?.close();
    if (typeof this.options.brokers === 'string') await this.#kafka.close();
    return this.report();
  }

  async #round(): Promise<void> {
    const answers = await Promise.all(this.#parts.map((part) => part.poll(answerTimeoutMs)));
    this.#rounds++;
    if (answers.every((answer) => answer !== undefined)) this.#completeRounds++;
    for (const answer of answers)
      for (const [what, value] of Object.entries(answer ?? {}))
        this.#peaks[what] = Math.max(this.#peaks[what] ?? 0, value);
  }

  #database(name: DatabaseService, url: string): PolledPart<Measured> {
    const connection = new ReusedConnection(url);
    this.#connections.push(connection);
    const check = databaseChecks[name]?.();
    return new PolledPart(name, async () => {
      const measured = await connection.inSnapshot(async (rows) => ({
        ...(await measure(rows)),
        ...(await check?.(rows, this.#findings)),
      }));
      return Object.fromEntries(Object.entries(measured).map(([what, value]) => [`${what} of ${name}`, value]));
    });
  }

  /** The reader runs between rounds as well; a round asks for the ends of the topics. */
  async #readTopics(): Promise<Measured> {
    const topics = archivedTopics().map(({ name }) => name);
    this.#behind = true;
    this.#tail ??= await this.#kafka.tail({
      topics,
      onRecords: (records) => records.forEach((record) => this.#recorded.add(record)),
      onFatal: () => this.#restartReader(),
    });
    const ends = await this.#kafka.endOffsets(topics);
    const unread = ends.reduce(
      (sum, { topic, partition, end, start }) =>
        sum + Math.max(0, Number(end - (this.#recorded.nextOffset(topic, partition) || start))),
      0,
    );
    this.#behind = unread > 0;
    return { 'records not read yet': unread };
  }

  /** The next round opens another reader, which starts at the beginning; records that were read before are ignored. */
  #restartReader(): void {
    this.#tail?.close().catch(() => undefined); // it failed already
    this.#tail = undefined;
  }
}

/** The report as text: how much was checked, what was unavailable, the peaks, and every violation. */
export function watchLines(report: WatchReport): string[] {
  const { rounds, completeRounds, parts, counted, peaks, violations } = report;
  const list = (values: Counts): string =>
    Object.entries(values)
      .map(([what, count]) => `${count.toLocaleString('en-GB')} ${what}`)
      .join(' · ');
  const unavailable = Object.fromEntries(
    Object.entries(parts).flatMap(([name, count]) => (count.unavailable > 0 ? [[name, count.unavailable]] : [])),
  );
  return [
    `${violations.length === 0 ? 'ok  ' : 'BAD '} watch: ${rounds} rounds, ${completeRounds} of them complete`,
    `       ${list(counted)}`,
    `       at most: ${list(peaks)}`,
    ...(Object.keys(unavailable).length === 0 ? [] : [`       rounds without an answer: ${list(unavailable)}`]),
    ...violations.map(
      ({ what, ids, at }) =>
        `     ✗ ${at} ${what}  ${Object.entries(ids)
          .map(([of, id]) => `${of}=${id}`)
          .join(' ')}`,
    ),
  ];
}
