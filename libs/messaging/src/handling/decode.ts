import { createHash } from 'node:crypto';
import { Poison } from '@tradewind/kernel';
import { readMessage, type MessageClass, type MessageRegistry } from '../message/index.js';
import { readEnvelope, type Envelope } from '../outbox/envelope.js';
import { orderingKeyOf, type IncomingRecord } from '../ports/index.js';

interface DecodedRecord {
  readonly record: IncomingRecord;
  /** The id in the envelope; derived from topic, partition and offset where there is none. */
  readonly id: string;
  readonly orderingKey: string;
}

/** A record that is a valid message. */
export interface DecodedMessage extends DecodedRecord {
  readonly envelope: Envelope;
  readonly cls: MessageClass;
  readonly message: object;
  readonly poison?: undefined;
}

/** A record that is no valid message, with the reason. */
export interface PoisonedRecord extends DecodedRecord {
  readonly poison: Poison;
}

export type Decoded = DecodedMessage | PoisonedRecord;

/** An id for a record without one: the same record always gets the same. */
export function derivedId({ topic, partition, offset }: IncomingRecord): string {
  const hash = createHash('sha1').update(`${topic}:${partition}:${offset}`).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parse(value: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(value));
  } catch (error) {
    throw new Poison(`the value is not JSON: ${(error as Error).message}`);
  }
}

/** Reads a record as a message. Never throws: a record that cannot be read carries its poison. */
export function decode(record: IncomingRecord, contracts: MessageRegistry): Decoded {
  const orderingKey = orderingKeyOf(record);
  let id: string | undefined;
  try {
    const envelope = readEnvelope(record.headers);
    id = envelope.id;
    const known = contracts.find(envelope.type);
    if (!known) throw new Poison(`the type ${envelope.type} is not in the contracts`);
    if (known.info.topic.name !== record.topic) throw new Poison(`${envelope.type} does not belong on ${record.topic}`);
    const json = known.info.tombstone ? { [known.info.key]: record.key } : record.value && parse(record.value);
    const message = readMessage(known.cls, json, envelope.version);
    const key = (message as Record<string, unknown>)[known.info.key];
    if (key !== record.key)
      throw new Poison(`${envelope.type} has the key ${record.key}, its ${known.info.key} is ${String(key)}`);
    return { record, id, orderingKey, envelope, cls: known.cls, message };
  } catch (error) {
    if (!(error instanceof Poison)) throw error;
    return { record, id: id ?? derivedId(record), orderingKey, poison: error };
  }
}
