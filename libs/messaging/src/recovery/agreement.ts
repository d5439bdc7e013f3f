import { createHash } from 'node:crypto';
import { decode } from '../consume/decode.js';
import type { Catalogue, Topic } from '../contract/index.js';
import type { IncomingRecord, KafkaClient, TopicPartition } from '../kafka/kafka-client.js';
import { TopicMismatch } from '../kafka/provision.js';
import type { ClaimedRecord, Store } from '../store/store.js';
import type { World } from '../system.js';
import { envelopeOf } from './told.js';

/** Records of each partition that are read on the way back to the last one that was handled: a few, then more. Each read costs about a second. */
const shortest = 50n;
const longest = 5_000n;
/** A broker that is just coming back may know less for a moment than it has: times that it must say so, and milliseconds between. */
const looks = 3;
const interval = 1_000;

type Place = TopicPartition & { readonly next: bigint };

interface Handled {
  readonly id: string;
  readonly offset: bigint;
}

/**
 * The database and Kafka contradict each other: one of them was lost, or restored to an earlier moment. Whoever went on would
 * say things twice under other ids, or never. The message names the place and the command that heals.
 */
export class PositionsDisagree extends Error {
  override readonly name = 'PositionsDisagree';
}

export interface AgreementOptions {
  readonly service: string;
  readonly contracts: Catalogue;
  /** The topics that the service writes through its outbox. */
  readonly own: readonly Topic[];
}

/** What a group's position passes on of whoever moved it there: since which offset, and with which handlers. */
export const noteOf = (since: bigint, handled: string): string => `${since} ${handled}`;

/** A word for a set of types: another set has another. */
export const wordFor = (types: readonly string[]): string =>
  createHash('sha256')
    .update([...types].sort().join('\n'))
    .digest('hex')
    .slice(0, 16);

/**
 * Compares what the database knows of Kafka with what is there. Crashes of any kind leave both in agreement: what is on a topic
 * and not marked yet is still in the outbox, and a position is committed after the inbox. Rejects with PositionsDisagree.
 */
export class Agreement {
  readonly #own: ReadonlyMap<string, Topic>;

  constructor(
    private readonly store: Store,
    private readonly kafka: KafkaClient,
    private readonly world: World,
    private readonly options: AgreementOptions,
  ) {
    this.#own = new Map(options.own.map((topic) => [topic.name, topic]));
  }

  /** How many partitions the service's own topics have: so many as are in force, or are to be. Rejects with TopicMismatch. */
  async onSizes(): Promise<void> {
    const sizes = new Map((await this.store.topicSizes()).map((size) => [size.topic, size]));
    const ends = await this.kafka.endOffsets([...this.#own.keys()]);
    for (const [name, { partitions: declared }] of this.#own) {
      const { partitions, growingTo } = sizes.get(name) ?? { partitions: declared, growingTo: null };
      const found = ends.filter(({ topic }) => topic === name).length;
      if (found === partitions || found === growingTo) continue;
      throw new TopicMismatch(
        `the topic ${name} has ${found} partitions, ${partitions} are ${partitions === declared ? 'declared' : 'in force'}, and nobody has grown it: ` +
          `grow it to ${found} with "tradewind topics grow", or with growTopic of the library, so that its keys keep their order`,
      );
    }
  }

  /** Of the service's own topics; needs no leadership, for whoever leads meanwhile keeps both sides in step. */
  async onPublished(): Promise<void> {
    const names = [...this.#own.keys()];
    if (names.length === 0) return;
    const known = new Map(
      (await this.store.publishedTo()).map(({ topic, partition, next }) => [placeOf({ topic, partition }), next]),
    );
    const ends = await this.#endsNotBefore(names, (place) => known.get(place) ?? 0n, 'was published up to');
    const beyond = ends.flatMap(({ topic, partition, end, start }) => {
      const next = known.get(placeOf({ topic, partition })) ?? 0n;
      return [{ topic, partition, next, from: next > start ? next : start, to: end }].filter(
        ({ from, to }) => from < to,
      );
    });
    if (beyond.length > 0) await this.#allSaid(beyond);
  }

  /**
   * Of a group's positions: the last record that was handled before each must be known as handled, or as set aside. Only a stretch
   * is looked at that one member read with these very handlers: what another version passed over is not missing.
   */
  async onHandled(group: string, topics: readonly string[], types: readonly string[]): Promise<void> {
    const committed = await this.kafka.committed(group, topics);
    const at = new Map(committed.map(({ topic, partition, next }) => [placeOf({ topic, partition }), next]));
    await this.#endsNotBefore(topics, (place) => at.get(place) ?? 0n, `was handled by ${group} up to`);
    const word = wordFor(types);
    const places = committed.flatMap(({ topic, partition, next, note = '' }) => {
      const [since, handled] = note.split(' ');
      return handled === word ? [{ topic, partition, next, since: BigInt(since!) }] : [];
    });
    const last = await this.#lastHandled(places, new Set(types));
    const unknown = await this.store.neverHandled(
      group,
      [...last.values()].map(({ id }) => id),
    );
    for (const place of places) {
      const handled = last.get(placeOf(place));
      if (!handled || !unknown.has(handled.id)) continue;
      throw new PositionsDisagree(
        `the database of ${this.options.service} is behind Kafka: the position of ${group} on ${place.topic} partition ${place.partition} is ${place.next}, ` +
          `and the database does not know that it handled the record at ${handled.offset} (${handled.id}). ${lostDatabase(this.options.service)}`,
      );
    }
  }

  /** Rejects where a partition ends before what is known of it, and goes on doing so. */
  async #endsNotBefore(
    topics: readonly string[],
    known: (place: string) => bigint,
    what: string,
  ): ReturnType<KafkaClient['endOffsets']> {
    for (let look = 1; ; look++) {
      const ends = await this.kafka.endOffsets(topics);
      const short = ends.find(({ topic, partition, end }) => end < known(placeOf({ topic, partition })));
      if (!short) return ends;
      const { topic, partition, end } = short;
      if (look === looks) {
        throw new PositionsDisagree(
          `Kafka is behind the database of ${this.options.service}: ${topic} partition ${partition} ends at ${end}, and ${what} ${known(placeOf({ topic, partition }))}. ` +
            'Kafka was lost or restored to an earlier moment: stop the services and bring back what is missing ' +
            'with "tradewind recover kafka", or with recoverTopics and recoverPositions of the library.',
        );
      }
      await this.world.timers.wait(interval);
    }
  }

  /** What is on a topic beyond the known position was published and not marked, or published twice: the database has said all of it. */
  async #allSaid(beyond: readonly (Place & { readonly from: bigint; readonly to: bigint })[]): Promise<void> {
    const look = async (records: readonly IncomingRecord[]): Promise<void> => {
      const claimed = records.flatMap((record) => this.#claimed(record));
      const unknown = claimed.length === 0 ? new Set() : await this.store.neverSaid(claimed);
      const first = claimed.find(({ id }) => unknown.has(id));
      if (!first) return;
      const { topic, partition, to, next } = beyond.find((place) => placeOf(place) === placeOf(first))!;
      throw new PositionsDisagree(
        `the database of ${this.options.service} is behind Kafka: ${topic} partition ${partition} ends at ${to}, the database knows it up to ${next}, ` +
          `and has never said the record at ${first.offset} (${first.id}). ${lostDatabase(this.options.service)}`,
      );
    };
    await this.kafka.read({
      ranges: beyond.map(({ topic, partition, from, to }) => ({ topic, partition, from, to })),
      onRecords: look,
    });
  }

  /** A record that the service's relay has written; whatever else is there tells nothing of the database. */
  #claimed(record: IncomingRecord): (ClaimedRecord & TopicPartition & { readonly offset: bigint })[] {
    const envelope = envelopeOf(record);
    if (envelope?.source !== `/${this.options.service}`) return [];
    const { id, sequence } = envelope;
    return [
      {
        id,
        sequence,
        topic: record.topic,
        key: record.key ?? '',
        archived: this.#own.get(record.topic)!.retention === 'keep',
        partition: record.partition,
        offset: record.offset,
      },
    ];
  }

  /** By place, the last record of these types before each position; nothing where there is none since the given offset. */
  async #lastHandled(
    places: readonly (Place & { readonly since: bigint })[],
    types: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, Handled>> {
    const last = new Map<string, Handled>();
    const note = (records: readonly IncomingRecord[]): Promise<void> => {
      for (const record of records) {
        const { id, poison, envelope } = decode(record, this.options.contracts);
        if (!poison && types.has(envelope!.type)) last.set(placeOf(record), { id, offset: record.offset });
      }
      return Promise.resolve();
    };
    let ranges = places.map(({ topic, partition, next, since }) => ({ topic, partition, since, from: next, to: next }));
    for (let stretch = shortest; ; stretch = stretch * 10n < longest ? stretch * 10n : longest) {
      ranges = ranges
        .filter((range) => range.from > range.since && !last.has(placeOf(range)))
        .map(({ topic, partition, since, from }) => ({
          topic,
          partition,
          since,
          from: from - stretch > since ? from - stretch : since,
          to: from,
        }));
      if (ranges.length === 0) return last;
      await this.kafka.read({
        ranges: ranges.map(({ topic, partition, from, to }) => ({ topic, partition, from, to })),
        onRecords: note,
      });
    }
  }
}

const placeOf = ({ topic, partition }: TopicPartition): string => `${topic}:${partition}`;

const lostDatabase = (service: string): string =>
  'The database was lost or restored to an earlier moment: stop the service and bring it back from the topics ' +
  `with "tradewind recover ${service}", or with recoverDatabase of the library.`;
