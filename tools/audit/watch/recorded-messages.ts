import { IdList, isId } from '../facts/id-list.js';
import type { RawRecord } from '../facts/record-log.js';
import type { Findings } from '../invariants/section.js';

export interface WatchedRecord extends RawRecord {
  readonly value: Buffer | null;
}

interface KeyState {
  /** Partition and offset of its last new message. */
  partition: number;
  offset: bigint;
  /** The index in the id list of the message with sequence n, at n − 1. */
  readonly messages: number[];
}

/** A sequence without a message: the gap was reported. */
const missing = -1;

/**
 * Checks records as they are read: G6 so far, no order with two outcomes, no idempotency key with two orders. Needs about 60 bytes of
 * memory a record and 200 a key.
 */
export class RecordedMessages {
  readonly #offsets = new Map<string, bigint>();
  readonly #keys = new Map<string, KeyState>();
  readonly #pending = new Map<string, readonly WatchedRecord[]>();
  readonly #ids = new IdList();
  readonly #outcomes = new Map<string, string>();
  readonly #accepted = new Map<string, string>();

  constructor(private readonly findings: Findings) {
    for (const what of ['records', 'repeats', 'keys', 'orders with an outcome']) findings.count(what, 0);
  }

  /** The next offset of a partition; 0 before its first record. */
  nextOffset(topic: string, partition: number): bigint {
    return this.#offsets.get(placeOf(topic, partition)) ?? 0n;
  }

  /** The records of a partition come in order. Records that were added before are ignored: a reader may start again. */
  add(record: WatchedRecord): void {
    const { topic, partition } = record;
    const place = placeOf(topic, partition);
    this.#pending.set(place, [...(this.#pending.get(place) ?? []), record]);
    // A record of one partition may be what pending records of another partition come after.
    const ofTopic = (other: string): boolean => other.startsWith(`${topic}:`);
    while ([...this.#pending.keys()].filter(ofTopic).some((other) => this.#drain(other)));
  }

  /** Checks pending records up to one that follows an unread record of another partition. Returns whether there were any. */
  #drain(place: string): boolean {
    const records = this.#pending.get(place)!;
    let checked = 0;
    while (checked < records.length && this.#isNext(records[checked]!)) this.#check(records[checked++]!);
    if (checked === records.length) this.#pending.delete(place);
    else this.#pending.set(place, records.slice(checked));
    return checked > 0;
  }

  #isNext({ topic, partition, headers }: WatchedRecord): boolean {
    return previousEnds(headers).every((end, other) => other === partition || this.nextOffset(topic, other) >= end);
  }

  #check(record: WatchedRecord): void {
    const { topic, partition, offset, key, headers } = record;
    if (offset < this.nextOffset(topic, partition)) return;
    this.#offsets.set(placeOf(topic, partition), offset + 1n);
    const id = headers['ce_id'] ?? '';
    const sequence = Number(headers['ce_sequence']);
    if (!isId(id) || key === null || !Number.isSafeInteger(sequence) || sequence < 1)
      return this.findings.count('unreadable'); // G5 reports it at rest
    this.findings.count('records');
    if (!this.#checkSequence(record, { topic, key, id, sequence })) return;
    if (topic === 'order.events') this.#checkOutcome(key, headers['ce_type'] ?? '');
    if (headers['ce_type'] === 'cart.checked-out' || headers['ce_type'] === 'order.placed')
      this.#checkAcceptance(record);
  }

  /** Returns whether the message is new, not a repeat. */
  #checkSequence(
    { partition, offset, headers }: WatchedRecord,
    { topic, key, id, sequence }: { topic: string; key: string; id: string; sequence: number },
  ): boolean {
    const { findings } = this;
    const orderingKey = `${topic}\n${key}`;
    let state = this.#keys.get(orderingKey);
    if (!state) {
      this.#keys.set(orderingKey, (state = { partition, offset, messages: [] }));
      findings.count('keys');
    }
    const ids = { topic, key, message: id };
    const { messages } = state;
    const before = messages[sequence - 1];
    const repeated = before !== undefined && before !== missing && this.#ids.at(before) === id;
    if (state.partition !== partition && !(repeated || comesAfter(headers, state)))
      findings.report(`a key in several partitions: ${state.partition}, ${partition}`, { topic, key });
    if (repeated) {
      findings.count('repeats');
      return false;
    }
    state.partition = partition;
    state.offset = offset;
    if (sequence <= messages.length)
      findings.report(`an inversion: ${messages.length} is followed by ${sequence}`, ids);
    if (sequence > messages.length + 1)
      findings.report(`a gap: ${messages.length} is followed by ${sequence}`, ids, 'lost');
    while (messages.length < sequence) messages.push(missing);
    messages[sequence - 1] = this.#ids.length;
    this.#ids.add(id);
    return true;
  }

  #checkOutcome(order: string, type: string): void {
    const outcome = outcomeTypes.get(type);
    if (outcome === undefined) return;
    const before = this.#outcomes.get(order);
    if (before === undefined) this.findings.count('orders with an outcome');
    const outcomes = before === undefined ? outcome : `${before}, ${outcome}`;
    this.#outcomes.set(order, outcomes);
    if (!allowedOutcomes.has(outcomes)) this.findings.report(`two outcomes: ${outcomes}`, { order }, 'doubled');
  }

  #checkAcceptance({ value, headers }: WatchedRecord): void {
    const { keyHash, userId, orderId } = payloadOf(value);
    if (keyHash === undefined || orderId === undefined) return;
    this.findings.count('acceptances');
    const accepted = `${headers['ce_type']} ${userId} ${keyHash}`;
    const other = this.#accepted.get(accepted);
    if (other !== undefined && other !== orderId)
      this.findings.report(
        'one idempotency key made two orders',
        { order: orderId, other, user: userId ?? '' },
        'doubled',
      );
    this.#accepted.set(accepted, orderId);
  }
}

const placeOf = (topic: string, partition: number): string => `${topic}:${partition}`;

/** After a partition increase: where the previous partitions ended, as the record states it. */
const previousEnds = (headers: RawRecord['headers']): bigint[] =>
  headers['ce_previousends'] ? headers['ce_previousends'].split(',').map(BigInt) : [];

/** Whether the record states that it comes after the previous record of its key. */
const comesAfter = (
  headers: RawRecord['headers'],
  { partition, offset }: Pick<KeyState, 'partition' | 'offset'>,
): boolean => offset < (previousEnds(headers)[partition] ?? 0n);

const outcomeTypes = new Map([
  ['order.confirmed', 'confirmed'],
  ['order.rejected', 'rejected'],
  ['order.cancelled', 'cancelled'],
]);

const allowedOutcomes = new Set(['confirmed', 'rejected', 'cancelled', 'confirmed, cancelled']);

interface AcceptancePayload {
  readonly keyHash?: string;
  readonly userId?: string;
  readonly orderId?: string;
}

/** Invalid JSON is ignored: tests publish such records on purpose. */
function payloadOf(value: Buffer | null): AcceptancePayload {
  try {
    return ((value && JSON.parse(value.toString('utf8'))) || {}) as AcceptancePayload;
  } catch {
    return {};
  }
}
