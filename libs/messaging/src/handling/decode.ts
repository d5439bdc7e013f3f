import { Poison } from '@tradewind/kernel';
import { readMessage, type MessageInfo, type MessageRegistry } from '../message/index.js';
import { readEnvelope, type Envelope } from '../outbox/envelope.js';
import { orderingKeyOf, type IncomingRecord } from '../ports/index.js';
import { decodeForeign } from './decode-foreign.js';
import { poisonOf, type Decoded } from './decoded.js';
import { derivedId } from './message-id.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parse(value: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(value));
  } catch (error) {
    throw new Poison(`the value is not JSON: ${(error as Error).message}`);
  }
}

/** The version as which a message is read: the newest known one, where a newer one says that its readers can read it. */
const readableVersion = ({ version, readableSince }: Envelope, known: MessageInfo): number =>
  version > known.version && readableSince !== undefined && readableSince <= known.version ? known.version : version;

/** Reads a record as a message. Never throws: a record that cannot be read carries its poison. */
export function decode(record: IncomingRecord, contracts: MessageRegistry): Decoded {
  const topic = contracts.topicNamed(record.topic);
  if (topic?.foreign) return decodeForeign(record, topic.foreign, contracts);
  const orderingKey = orderingKeyOf(record);
  let id: string | undefined;
  try {
    const envelope = readEnvelope(record.headers);
    id = envelope.id;
    const known = contracts.find(envelope.type);
    if (!known && topic?.unknownTypes === 'skip')
      return { record, id, orderingKey, skipped: { unknownType: envelope.type } };
    if (!known) throw new Poison(`the type ${envelope.type} is not in the contracts`);
    if (known.info.topic.name !== record.topic) throw new Poison(`${envelope.type} does not belong on ${record.topic}`);
    const json = known.info.tombstone ? { [known.info.key]: record.key } : record.value && parse(record.value);
    const message = readMessage(known.cls, json, readableVersion(envelope, known.info));
    const key = (message as Record<string, unknown>)[known.info.key];
    if (key !== record.key)
      throw new Poison(`${envelope.type} has the key ${record.key}, its ${known.info.key} is ${String(key)}`);
    return { record, id, orderingKey, envelope, cls: known.cls, message };
  } catch (error) {
    return { record, id: id ?? derivedId(record), orderingKey, poison: poisonOf(error) };
  }
}
