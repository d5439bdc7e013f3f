import type { Findings } from '../audit/section.js';
import { IdList, isId } from '../gather/id-list.js';
import type { RawRecord } from '../gather/record-log.js';

export interface WatchedRecord extends RawRecord {
  readonly value: Buffer | null;
}

interface KeySoFar {
  /** Of its last new message, and its offset there. */
  partition: number;
  offset: bigint;
  /** The place in the list of the message with sequence n, at n − 1. */
  readonly messages: number[];
}

/** A number that was passed over: a gap that has been told already. */
const missing = -1;

/**
 * What the topics have told until now, record by record: G6 so far, no order with two outcomes, no idempotency key with two
 * orders. Holds some sixty bytes a record and two hundred a key.
 */
export class SaidSoFar {
  readonly #next = new Map<string, bigint>();
  readonly #keys = new Map<string, KeySoFar>();
  readonly #waiting = new Map<string, readonly WatchedRecord[]>();
  readonly #ids = new IdList();
  readonly #outcomes = new Map<string, string>();
  readonly #accepted = new Map<string, string>();

  constructor(private readonly findings: Findings) {
    for (const what of ['records', 'repeats', 'keys', 'orders with an outcome']) findings.count(what, 0);
  }

  /** Where the reading of a partition stands; 0 where nothing was read. */
  next(topic: string, partition: number): bigint {
    return this.#next.get(`${topic}:${partition}`) ?? 0n;
  }

  /** Records of one partition come in its order. What was read before is passed over: a reader may begin again. */
  add(record: WatchedRecord): void {
    const { topic, partition } = record;
    const place = `${topic}:${partition}`;
    this.#waiting.set(place, [...(this.#waiting.get(place) ?? []), record]);
    // What one partition has told may be what records of others come after.
    for (let told = true; told;)
      told = [...this.#waiting.keys()].filter((each) => each.startsWith(`${topic}:`)).some((each) => this.#tell(each));
  }

  /** The records of a partition up to one that comes after what was not told yet: its topic has grown. Whether there were any. */
  #tell(place: string): boolean {
    const records = this.#waiting.get(place)!;
    let told = 0;
    while (told < records.length && this.#isNext(records[told]!)) this.#hear(records[told++]!);
    if (told === records.length) this.#waiting.delete(place);
    else this.#waiting.set(place, records.slice(told));
    return told > 0;
  }

  #isNext({ topic, partition, headers }: WatchedRecord): boolean {
    return endsIn(headers).every((end, former) => former === partition || this.next(topic, former) >= end);
  }

  #hear(record: WatchedRecord): void {
    const { topic, partition, offset, key, headers } = record;
    if (offset < this.next(topic, partition)) return;
    this.#next.set(`${topic}:${partition}`, offset + 1n);
    const id = headers['ce_id'] ?? '';
    const sequence = Number(headers['ce_sequence']);
    if (!isId(id) || key === null || !Number.isSafeInteger(sequence) || sequence < 1)
      return this.findings.count('unreadable'); // G5's business, at rest
    this.findings.count('records');
    if (!this.#place(record, { topic, key, id, sequence })) return;
    if (topic === 'order.events') this.#hearOutcome(key, headers['ce_type'] ?? '');
    if (headers['ce_type'] === 'cart.checked-out' || headers['ce_type'] === 'order.placed') this.#hearKey(record);
  }

  /** Whether it is new: a repeat tells nothing. */
  #place(
    { partition, offset, headers }: WatchedRecord,
    { topic, key, id, sequence }: { topic: string; key: string; id: string; sequence: number },
  ): boolean {
    const { findings } = this;
    const lane = `${topic}\n${key}`;
    let known = this.#keys.get(lane);
    if (!known) {
      this.#keys.set(lane, (known = { partition, offset, messages: [] }));
      findings.count('keys');
    }
    const ids = { topic, key, message: id };
    const { messages } = known;
    const before = messages[sequence - 1];
    const repeated = before !== undefined && before !== missing && this.#ids.at(before) === id;
    if (known.partition !== partition && !(repeated || comesAfter(headers, known)))
      findings.report(`a key in several partitions: ${known.partition}, ${partition}`, { topic, key });
    if (repeated) {
      findings.count('repeats');
      return false;
    }
    known.partition = partition;
    known.offset = offset;
    if (sequence <= messages.length) findings.report(`an inversion: after ${messages.length} comes ${sequence}`, ids);
    if (sequence > messages.length + 1)
      findings.report(`a gap: after ${messages.length} comes ${sequence}`, ids, 'lost');
    while (messages.length < sequence) messages.push(missing);
    messages[sequence - 1] = this.#ids.length;
    this.#ids.add(id);
    return true;
  }

  #hearOutcome(order: string, type: string): void {
    const outcome = outcomes.get(type);
    if (outcome === undefined) return;
    const before = this.#outcomes.get(order);
    if (before === undefined) this.findings.count('orders with an outcome');
    const story = before === undefined ? outcome : `${before}, ${outcome}`;
    this.#outcomes.set(order, story);
    if (!stories.has(story)) this.findings.report(`two outcomes: ${story}`, { order }, 'doubled');
  }

  #hearKey({ value, headers }: WatchedRecord): void {
    const { keyHash, userId, orderId } = wordOf(value);
    if (keyHash === undefined || orderId === undefined) return;
    this.findings.count('acceptances');
    const accepted = `${headers['ce_type']} ${userId} ${keyHash}`;
    const twin = this.#accepted.get(accepted);
    if (twin !== undefined && twin !== orderId)
      this.findings.report(
        'one idempotency key made two orders',
        { order: orderId, other: twin, user: userId ?? '' },
        'doubled',
      );
    this.#accepted.set(accepted, orderId);
  }
}

/** Where the former partitions of a topic ended that has grown, as the record names them. */
const endsIn = (headers: RawRecord['headers']): bigint[] =>
  headers['ce_after'] ? headers['ce_after'].split(',').map(BigInt) : [];

/** Whether the record says that it comes after what its key has said before. */
const comesAfter = (
  headers: RawRecord['headers'],
  { partition, offset }: Pick<KeySoFar, 'partition' | 'offset'>,
): boolean => offset < (endsIn(headers)[partition] ?? 0n);

const outcomes = new Map([
  ['order.confirmed', 'confirmed'],
  ['order.rejected', 'rejected'],
  ['order.cancelled', 'cancelled'],
]);

/** Everything that may ever be told of an order's end. */
const stories = new Set(['confirmed', 'rejected', 'cancelled', 'confirmed, cancelled']);

interface Word {
  readonly keyHash?: string;
  readonly userId?: string;
  readonly orderId?: string;
}

/** Broken records are part of what a shop must stand: they say nothing here. */
function wordOf(value: Buffer | null): Word {
  try {
    return ((value && JSON.parse(value.toString('utf8'))) || {}) as Word;
  } catch {
    return {};
  }
}
