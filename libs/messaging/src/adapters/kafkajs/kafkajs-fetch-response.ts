import type { Batch } from 'kafkajs';
import type { IncomingRecord, OffsetRange } from '../../ports/kafka-client.js';
import type { Codecs } from './codecs.js';
import { incomingRecord } from './incoming-record.js';
import { readRecordSet, type AbortedTransaction, type RecordSet } from './record-batches.js';

/** What one fetch brought of a partition: all its records between two offsets. */
export interface Fetched extends OffsetRange {
  readonly records: readonly IncomingRecord[];
  /** Why the batch at `from` cannot be read. Nothing was read then. */
  readonly unreadable?: string | undefined;
}

interface FetchOptions {
  /** 0: also what lies behind open transactions. */
  readonly isolationLevel?: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { readonly partition: number; readonly fetchOffset: string }[];
  }[];
}

interface FetchProtocol {
  readonly request: object;
  readonly response: { readonly decode: (bytes: Buffer) => Promise<object>; readonly parse: unknown };
}

/** The fetch requests of kafkajs, one for each version of the protocol. */
export interface FetchRequests {
  protocol(which: { readonly version: number }): (options: FetchOptions) => FetchProtocol;
}

/** The first version whose answers have record batches (Kafka 0.11). */
const firstVersion = 4;

/**
 * kafkajs 2.2.4 throws for the content of records (a header without a value, a compression that it lacks), delivers records of aborted
 * transactions, and advances over marks of transactions without telling its caller. So the answers to fetches are read here. To kafkajs each
 * fetched partition has one message, which carries everything, at the last offset that was read.
 */
export function readHere(fetch: FetchRequests, codecs: Codecs): FetchRequests {
  return {
    ...fetch,
    protocol: ({ version }) => {
      const createRequest = fetch.protocol({ version });
      if (version < firstVersion) throw new TypeError('brokers older than Kafka 0.11 are not supported');
      return (options) => {
        const created = createRequest(options);
        const decode = (bytes: Buffer): Promise<object> => new FetchResponse(bytes, version).read(options, codecs);
        return { ...created, response: { ...created.response, decode } };
      };
    },
  };
}

const carried = new WeakMap<object, Fetched>();

/** What a batch of kafkajs carries. */
export function fetchedOf({ messages: [message] }: Batch): Fetched {
  const fetched = message && carried.get(message);
  if (!fetched) throw new TypeError('a batch was not read by this library');
  return fetched;
}

/** The answer to a fetch, as kafkajs expects it. */
class FetchResponse {
  #at = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly version: number,
  ) {}

  async read({ topics, isolationLevel }: FetchOptions, codecs: Codecs): Promise<object> {
    const readSet = (bytes: Buffer, aborted: readonly AbortedTransaction[]): Promise<RecordSet> =>
      readRecordSet(bytes, isolationLevel === 0 ? 'without transactions' : aborted, codecs);
    const throttleTime = this.#int32();
    const session = this.version < 7 ? {} : { errorCode: this.#int16(), sessionId: this.#int32() };
    const offsets = new Map(
      topics.flatMap(({ topic, partitions }) =>
        partitions.map(({ partition, fetchOffset }) => [`${topic}:${partition}`, BigInt(fetchOffset)]),
      ),
    );
    const responses: object[] = [];
    for (let left = this.#int32(); left > 0; left--) {
      const topicName = this.#bytes(this.#int16()).toString();
      const partitions: object[] = [];
      for (let rest = this.#int32(); rest > 0; rest--)
        partitions.push(
          await this.#partition(topicName, (partition) => offsets.get(`${topicName}:${partition}`) ?? 0n, readSet),
        );
      responses.push({ topicName, partitions });
    }
    // From version 8 on the broker answers at once, and the client waits.
    const throttled = this.version < 8 ? { throttleTime } : { throttleTime: 0, clientSideThrottleTime: throttleTime };
    return { ...throttled, ...session, responses };
  }

  async #partition(
    topic: string,
    fetchOffsetOf: (partition: number) => bigint,
    readSet: (bytes: Buffer, aborted: readonly AbortedTransaction[]) => Promise<RecordSet>,
  ): Promise<object> {
    const partition = this.#int32();
    const errorCode = this.#int16();
    const highWatermark = this.#int64().toString();
    this.#int64(); // the last stable offset
    if (this.version >= 5) this.#int64(); // the start of the log
    const aborted: AbortedTransaction[] = [];
    for (let left = this.#int32(); left > 0; left--)
      aborted.push({ producerId: this.#int64(), firstOffset: this.#int64() });
    const replica = this.version < 11 ? {} : { preferredReadReplica: this.#int32() };
    const set = await readSet(this.#bytes(this.#int32()), aborted);
    const from = fetchOffsetOf(partition);
    const to = set.end === undefined || set.end < from ? from : set.end;
    const unreadable = to === from ? set.unreadable : undefined;
    const isEmpty = to === from && unreadable === undefined;
    return {
      partition,
      errorCode,
      highWatermark,
      ...replica,
      abortedTransactions: [],
      messages: isEmpty
        ? []
        : [
            messageOf({
              topic,
              partition,
              from,
              to,
              // A batch may begin before the offset from which it was fetched.
              records: set.records
                .filter(({ offset }) => offset >= from)
                .map((record) => incomingRecord(topic, partition, record)),
              unreadable,
            }),
          ],
    };
  }

  #int16(): number {
    return this.bytes.readInt16BE((this.#at += 2) - 2);
  }

  #int32(): number {
    return this.bytes.readInt32BE((this.#at += 4) - 4);
  }

  #int64(): bigint {
    return this.bytes.readBigInt64BE((this.#at += 8) - 8);
  }

  #bytes(length: number): Buffer {
    const start = this.#at;
    this.#at += Math.max(0, length);
    return this.bytes.subarray(start, this.#at);
  }
}

/** An unreadable batch at the fetched offset has that offset, so that kafkajs keeps the message. */
function messageOf(fetched: Fetched): object {
  const { from, to } = fetched;
  const message = { offset: (to > from ? to - 1n : from).toString(), isControlRecord: false };
  carried.set(message, fetched);
  return message;
}
