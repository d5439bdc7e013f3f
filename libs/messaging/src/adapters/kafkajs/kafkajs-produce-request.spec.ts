import { createRequire } from 'node:module';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { inOneBuffer, type ProduceProtocol } from './kafkajs-produce-request.js';

type Options = Parameters<ReturnType<ProduceProtocol['protocol']>>[0];
type Encoded = { readonly buffer: Buffer };

type Request = { readonly encode: () => Promise<unknown> };

const newestVersion = 7;
const require = createRequire(import.meta.url);
const { requests } = require('kafkajs/src/protocol/requests/index.js') as { requests: { Produce: ProduceProtocol } };
const theirs = (options: Options, version = newestVersion): Request =>
  (require(`kafkajs/src/protocol/requests/produce/v${version}/request.js`) as (options: Options) => Request)(options);
const ours = (options: Options, version = newestVersion): Request =>
  inOneBuffer(requests.Produce).protocol({ version })(options).request;
const bytesOf = async ({ encode }: Request): Promise<string> => ((await encode()) as Encoded).buffer.toString('hex');
/** All encode functions of kafkajs have the same source text. */
const isOurs = (request: Request): boolean => String(request.encode) !== String(theirs(one).encode);

/** Texts with characters of one to four bytes, and with lengths around those at which a varint takes another byte. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.constantFrom('\ud83d', 'a\ude00b', '\0'),
  fc
    .tuple(fc.constantFrom('a', 'é', '€', '😀'), fc.constantFrom(0, 1, 31, 32, 63, 64, 65, 8_191, 8_192, 20_000))
    .map(([unit, length]) => unit.repeat(length)),
);
const bytes = fc.oneof(
  text,
  text.map((content) => Buffer.from(content)),
  fc.constant(null),
);
const message = fc.record(
  { key: bytes, value: bytes, headers: fc.dictionary(text, text, { maxKeys: 6 }) },
  { requiredKeys: ['value'] },
);
const partition = fc.record({
  partition: fc.nat(50),
  messages: fc.array(message, { minLength: 1, maxLength: 130 }),
  firstSequence: fc.constant(0),
});
const topicData = fc.array(
  fc.record({
    topic: fc.string({ minLength: 1, maxLength: 60 }),
    partitions: fc.array(partition, { minLength: 1, maxLength: 3 }),
  }),
  { minLength: 1, maxLength: 3 },
);
const plain = { acks: -1, timeout: 10_000, compression: 0, producerId: -1, producerEpoch: 0 };
const one = { ...plain, topicData: [{ topic: 't', partitions: [{ partition: 0, messages: [{ value: 'a' }] }] }] };

describe('a produce request', () => {
  beforeEach(
    () =>
      void jest.useFakeTimers({ now: 1_764_000_000_000, doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }),
  );
  afterEach(() => void jest.useRealTimers());

  it('has the same bytes as the request of kafkajs', async () => {
    await fc.assert(
      fc.asyncProperty(topicData, async (data) => {
        const options = { ...plain, topicData: data };
        expect(isOurs(ours(options))).toBe(true);
        expect(await bytesOf(ours(options))).toBe(await bytesOf(theirs(options)));
      }),
      { numRuns: 60 },
    );
  });

  it.each([3, 4, 5, 6])('has the same bytes in version %d of the protocol', async (version) => {
    expect(isOurs(ours(one, version))).toBe(true);
    expect(await bytesOf(ours(one, version))).toBe(await bytesOf(theirs(one, version)));
  });

  it.each<[string, Partial<Options>]>([
    ['is compressed', { compression: 1 }],
    ['belongs to a transaction', { transactionalId: 'one', producerId: 7 }],
    ['comes from an idempotent producer', { producerId: 7 }],
    [
      'has record times',
      {
        topicData: [
          { topic: 't', partitions: [{ partition: 0, messages: [{ value: 'a', timestamp: '1764000000001' }] }] },
        ],
      },
    ],
    [
      'has a header with several values',
      {
        topicData: [
          { topic: 't', partitions: [{ partition: 0, messages: [{ value: 'a', headers: { many: ['a', 'b'] } }] }] },
        ],
      },
    ],
  ])('is left to kafkajs when it %s', async (_, special) => {
    const options = { ...one, ...special };
    expect(isOurs(ours(options))).toBe(false);
    expect(await bytesOf(ours(options))).toBe(await bytesOf(theirs(options)));
  });
});
