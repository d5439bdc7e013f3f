import { decode } from '../handling/decode.js';
import { isCompacted, type MessageRegistry, type Topic } from '../message/index.js';
import { envelopeOf } from '../outbox/envelope.js';
import {
  OffsetMismatch,
  partitionKey,
  RecordsDeleted,
  TopicMismatch,
  type IncomingRecord,
  type KafkaClient,
  type OwnRecord,
  type PartitionOffset,
  type RuntimePorts,
  type Store,
} from '../ports/index.js';
import { handledTypesHash, readOffsetMetadata } from './offset-metadata.js';

/** Records of each partition that are read backwards at once, to find the last handled one. Each read takes about a second. */
const firstStretch = 50n;
const maxStretch = 5_000n;
/** A restarting broker may report ends that are too low for a moment: it must report them this often, at this interval. */
const confirmations = 3;
const intervalMs = 1_000;

export interface ConsistencyCheckOptions {
  readonly service: string;
  readonly contracts: MessageRegistry;
  /** The topics that the service writes through its outbox. */
  readonly own: readonly Topic[];
}

/**
 * Compares what the database knows of Kafka with Kafka. Crashes leave both consistent: what is on a topic and not marked as published
 * is still in the outbox, and an offset is committed after the inbox. Rejects with OffsetMismatch.
 */
export class ConsistencyCheck {
  readonly #own: ReadonlyMap<string, Topic>;

  constructor(
    private readonly store: Store,
    private readonly kafka: KafkaClient,
    private readonly ports: RuntimePorts,
    private readonly options: ConsistencyCheckOptions,
  ) {
    this.#own = new Map(options.own.map((topic) => [topic.name, topic]));
  }

  /** Checks that the service's topics have the partitions that keys are published with, or those of an increase in progress. Rejects with TopicMismatch. */
  async checkPartitionCounts(): Promise<void> {
    const counts = new Map((await this.store.partitionCounts()).map((count) => [count.topic, count]));
    const ends = await this.kafka.endOffsets([...this.#own.keys()]);
    for (const [name, { partitions: declared }] of this.#own) {
      const { partitions, increasingTo } = counts.get(name) ?? { partitions: declared, increasingTo: null };
      const found = ends.filter(({ topic }) => topic === name).length;
      if (found === partitions || found === increasingTo) continue;
      throw new TopicMismatch(
        `the topic ${name} has ${found} partitions, ${partitions} are ${partitions === declared ? 'declared' : 'in use'}, and no partition increase was requested: ` +
          `run "tradewind topics increase-partitions ${name} ${found}", so that its keys keep their order`,
      );
    }
  }

  /** Checks the service's topics against the outbox. Needs no leadership, because a leader keeps both in step. */
  async checkPublished(): Promise<void> {
    const names = [...this.#own.keys()];
    if (names.length === 0) return;
    await this.#checkIdentities();
    const known = new Map((await this.store.publishedEnds()).map((end) => [partitionKey(end), end.offset]));
    const knownOf = (key: string): bigint => known.get(key) ?? 0n;
    const ends = await this.#endsNotBefore(names, knownOf, 'was published up to');
    const beyond = ends.flatMap(({ topic, partition, end, start }) => {
      const offset = knownOf(partitionKey({ topic, partition }));
      const from = offset > start ? offset : start;
      return from < end ? [{ topic, partition, offset, from, to: end }] : [];
    });
    if (beyond.length > 0) await this.#allPublishedHere(beyond);
  }

  /** With a position that is given twice, rows are published again and again, because they cannot be archived. */
  async #checkIdentities(): Promise<void> {
    const reused = await this.store.reusedIdentities();
    const [first] = reused;
    if (!first) return;
    const { table, column, last, used } = first;
    const remedy = reused.map((each) => each.remedy);
    throw new OffsetMismatch(
      `the database of ${this.options.service} was restored without its identities: the last ${column} of ${table} is ${last}, and ${used} is used. ` +
        `Nothing can be published. If nothing else is missing, run "${remedy.join('; ')}".`,
    );
  }

  /**
   * Checks the committed offsets of a group: the last handled record before each must be in the inbox or the dead letters. Only the
   * stretch that one member read with the same handlers is checked: what another version skipped is not missing.
   */
  async checkHandled(group: string, topics: readonly string[], types: readonly string[]): Promise<void> {
    const committed = await this.kafka.committedOffsets(group, topics);
    const offsets = new Map(committed.map((each) => [partitionKey(each), each.offset]));
    const horizons = new Map(
      (await this.store.inboxHorizons())
        .filter(({ consumer, topic }) => consumer === group && topics.includes(topic))
        .map((each) => [partitionKey(each), each.offset]),
    );
    const handledUpTo = (key: string): bigint => larger(offsets.get(key) ?? 0n, horizons.get(key) ?? 0n);
    const ends = await this.#endsNotBefore(topics, handledUpTo, `was handled by ${group} up to`);
    const starts = new Map(ends.map((end) => [partitionKey(end), end.start]));
    for (const each of committed) {
      const start = starts.get(partitionKey(each)) ?? 0n;
      if (each.offset < start) throw new RecordsDeleted(group, { ...each, start });
    }
    const hash = handledTypesHash(types);
    const stretches = committed.flatMap(({ topic, partition, offset, metadata = '' }) => {
      const read = readOffsetMetadata(metadata);
      if (read?.handledTypes !== hash) return [];
      // Before the horizon marks may be pruned, before the beginning of the log there is nothing to compare.
      const key = partitionKey({ topic, partition });
      const first = larger(read.first, larger(starts.get(key) ?? 0n, horizons.get(key) ?? 0n));
      return [{ topic, partition, offset, first }];
    });
    const last = await this.#lastHandled(stretches, new Set(types));
    const unknown = await this.store.notHandled(
      group,
      [...last.values()].map(({ id }) => id),
    );
    for (const stretch of stretches) {
      const handled = last.get(partitionKey(stretch));
      if (!handled || !unknown.has(handled.id)) continue;
      throw new OffsetMismatch(
        `the database of ${this.options.service} is behind Kafka: the committed offset of ${group} on ${stretch.topic} partition ${stretch.partition} is ${stretch.offset}, ` +
          `and the database does not know that it handled the record at ${handled.offset} (${handled.id}). ${lostDatabase(this.options.service)} ` +
          `If somebody deleted rows of msg_inbox by hand, run "tradewind offsets accept ${this.options.service}" instead, and declare "retention" so that the library prunes them.`,
      );
    }
  }

  /** Rejects where a partition ends before its known offset, and the broker confirms it. */
  async #endsNotBefore(
    topics: readonly string[],
    known: (key: string) => bigint,
    what: string,
  ): ReturnType<KafkaClient['endOffsets']> {
    for (let attempt = 1; ; attempt++) {
      const ends = await this.kafka.endOffsets(topics);
      const short = ends.find((each) => each.end < known(partitionKey(each)));
      if (!short) return ends;
      if (attempt === confirmations) {
        const { topic, partition, end } = short;
        throw new OffsetMismatch(
          `Kafka is behind the database of ${this.options.service}: ${topic} partition ${partition} ends at ${end}, and ${what} ${known(partitionKey(short))}. ` +
            (this.options.contracts.topicNamed(topic)?.foreign
              ? 'The owner of this foreign topic created it again or restored it: reset the offsets of the group on it, when you know that its ids are still unique.'
              : 'Kafka was lost or restored to an earlier moment: stop the services and run "tradewind recover kafka".'),
        );
      }
      await this.ports.timers.wait(intervalMs);
    }
  }

  /** Records beyond the known offset were published and not marked, or published twice. So the database knows all of them. */
  async #allPublishedHere(
    beyond: readonly (PartitionOffset & { readonly from: bigint; readonly to: bigint })[],
  ): Promise<void> {
    const stretchOf = new Map(beyond.map((stretch) => [partitionKey(stretch), stretch]));
    const check = async (records: readonly IncomingRecord[]): Promise<void> => {
      const own = records.flatMap((record) => this.#ownRecord(record));
      const unknown = own.length === 0 ? new Set() : await this.store.notPublishedHere(own);
      const first = own.find(({ id }) => unknown.has(id));
      if (!first) return;
      const { topic, partition, offset, id } = first;
      const stretch = stretchOf.get(partitionKey(first));
      throw new OffsetMismatch(
        `the database of ${this.options.service} is behind Kafka: ${topic} partition ${partition} ends at ${stretch?.to}, the database knows it up to ${stretch?.offset}, ` +
          `and did not publish the record at ${offset} (${id}). ${lostDatabase(this.options.service)}`,
      );
    };
    await this.kafka.read({
      ranges: beyond.map(({ topic, partition, from, to }) => ({ topic, partition, from, to })),
      onRecords: check,
      withoutTransactions: true,
      onUnreadable: () => undefined, // Another publisher wrote it: it says nothing about the database.
    });
  }

  /** A record that names this service as its source. Other records say nothing about the database. */
  #ownRecord(record: IncomingRecord): (OwnRecord & PartitionOffset)[] {
    const envelope = envelopeOf(record);
    if (envelope?.source !== `/${this.options.service}`) return [];
    const { topic, partition, offset, key } = record;
    const own = this.#own.get(topic);
    const archived = !own || !isCompacted(own.retention);
    return [{ id: envelope.id, sequence: envelope.sequence, topic, key: key ?? '', archived, partition, offset }];
  }

  /** For each partition, the last record of these types in the stretch; nothing where there is none. */
  async #lastHandled(
    stretches: readonly (PartitionOffset & { readonly first: bigint })[],
    types: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, { readonly id: string; readonly offset: bigint }>> {
    const last = new Map<string, { readonly id: string; readonly offset: bigint }>();
    const remember = (records: readonly IncomingRecord[]): Promise<void> => {
      for (const record of records) {
        const decoded = decode(record, this.options.contracts);
        if (!decoded.poison && !decoded.skipped && types.has(decoded.envelope.type))
          last.set(partitionKey(record), { id: decoded.id, offset: record.offset });
      }
      return Promise.resolve();
    };
    let ranges = stretches.map(({ topic, partition, offset, first }) => ({
      topic,
      partition,
      first,
      from: offset,
      to: offset,
    }));
    for (let length = firstStretch; ; length = length * 10n < maxStretch ? length * 10n : maxStretch) {
      ranges = ranges
        .filter((range) => range.from > range.first && !last.has(partitionKey(range)))
        .map((range) => ({
          ...range,
          from: range.from - length > range.first ? range.from - length : range.first,
          to: range.from,
        }));
      if (ranges.length === 0) return last;
      await this.kafka.read({
        ranges: ranges.map(({ topic, partition, from, to }) => ({ topic, partition, from, to })),
        onRecords: remember,
        onUnreadable: () => undefined, // It was not handled either.
      });
    }
  }
}

const larger = (a: bigint, b: bigint): bigint => (a > b ? a : b);

const lostDatabase = (service: string): string =>
  `The database was lost or restored to an earlier moment: stop the service and run "tradewind recover ${service}". ` +
  `If it was dropped in development, the setting newDatabase: 'start-over' lets a new database continue without its past.`;
