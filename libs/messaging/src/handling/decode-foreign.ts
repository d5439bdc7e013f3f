import { Poison } from '@tradewind/kernel';
import {
  ignore,
  messageInfo,
  readMessage,
  type ForeignMessage,
  type ForeignReading,
  type ForeignRecord,
  type MessageRegistry,
} from '../message/index.js';
import type { Envelope } from '../outbox/envelope.js';
import { orderingKeyOf, type IncomingRecord } from '../ports/index.js';
import { readTraceContext } from '../tracing/index.js';
import { poisonOf, type Decoded } from './decoded.js';
import { derivedId, foreignIdOf } from './message-id.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a record of a foreign topic. Never throws: a record that cannot be read carries its poison. */
export function decodeForeign(
  record: IncomingRecord,
  { read }: Pick<ForeignReading, 'read'>,
  contracts: MessageRegistry,
): Decoded {
  const orderingKey = orderingKeyOf(record);
  let id = derivedId(record);
  try {
    const result = read(foreignRecord(record));
    if (result === ignore) return { record, id, orderingKey, skipped: 'ignored' };
    checkResult(result);
    if (result.id !== undefined) id = foreignIdOf(record.topic, result.id);
    const { message: cls } = result;
    if (!contracts.on(record.topic).includes(cls))
      throw new Poison(`read returned ${cls.name}, which the contracts do not have on ${record.topic}`);
    const { type, version } = messageInfo(cls);
    const message = readMessage(cls, result.fields, version);
    return { record, id, orderingKey, envelope: envelopeOf(result, record, { id, type, version }), cls, message };
  } catch (error) {
    return { record, id, orderingKey, poison: poisonOf(error) };
  }
}

const envelopeOf = (
  { id: originalId, sequence }: ForeignMessage,
  { topic, offset, headers }: IncomingRecord,
  known: Pick<Envelope, 'id' | 'type' | 'version'>,
): Envelope => ({
  ...known,
  source: topic,
  // An offset starts at 0, a sequence at 1.
  sequence: sequence === undefined ? offset + 1n : BigInt(sequence),
  correlation: undefined,
  causation: undefined,
  trace: readTraceContext(headers),
  ...(originalId === undefined ? {} : { originalId }),
});

/** Throws Poison for a result that is no message: the rules of its type do not hold for code without types. */
function checkResult(result: unknown): asserts result is ForeignMessage {
  const { message, id, sequence } = Object(result) as Partial<ForeignMessage>;
  if (typeof message !== 'function') throw new Poison('read must return { message, fields } or ignore');
  if (id !== undefined && (typeof id !== 'string' || id === ''))
    throw new Poison(`the id must be a text that is not empty, and is ${JSON.stringify(id)}`);
  if (sequence !== undefined && !(sequence >= 0 && Number.isSafeInteger(Number(sequence))))
    throw new Poison(`the sequence must be a safe integer from 0, and is ${sequence}`);
}

function foreignRecord({ topic, partition, offset, timestamp, key, headers, value }: IncomingRecord): ForeignRecord {
  const text = (): string => {
    if (value === null) throw new Poison('the record has no value');
    try {
      return utf8.decode(value);
    } catch {
      throw new Poison('the value is not UTF-8 text');
    }
  };
  const json = (): unknown => {
    const read = text();
    try {
      return JSON.parse(read);
    } catch (error) {
      throw new Poison(`the value is not JSON: ${(error as Error).message}`);
    }
  };
  return { topic, partition, offset, timestamp, key, headers, value, text, json };
}
