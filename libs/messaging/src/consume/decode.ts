import { createHash } from 'node:crypto';
import { Poison } from '@tradewind/kernel';
import { readMessage, type Catalogue, type MessageClass } from '../contract/index.js';
import { readEnvelope, type Envelope } from '../outbox/envelope.js';
import type { IncomingRecord } from '../kafka/kafka-client.js';

export interface Decoded {
  readonly record: IncomingRecord;
  /** The envelope's id, or, where there is none, one derived from the record's place. */
  readonly id: string;
  /** Topic and key: the unit of order. A record without a key is alone with its partition. */
  readonly lane: string;
  readonly envelope?: Envelope;
  readonly cls?: MessageClass;
  readonly message?: object;
  /** Why it can't be handled. */
  readonly poison?: Poison;
}

/** An id for a record that has none: the same record always gets the same. */
export function placeId({ topic, partition, offset }: IncomingRecord): string {
  const hash = createHash('sha1').update(`${topic}:${partition}:${offset}`).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-5${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

const laneOf = (record: IncomingRecord): string => `${record.topic}\n${record.key ?? `partition ${record.partition}`}`;

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parse(value: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(value));
  } catch (error) {
    throw new Poison(`the value is no JSON: ${(error as Error).message}`);
  }
}

/** Reads a record as a message of the contracts. Never throws: what can't be read carries its poison. */
export function decode(record: IncomingRecord, contracts: Catalogue): Decoded {
  const lane = laneOf(record);
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
    return { record, id, lane, envelope, cls: known.cls, message };
  } catch (error) {
    if (!(error instanceof Poison)) throw error;
    return { record, id: id ?? placeId(record), lane, poison: error };
  }
}
