import { readFileSync } from 'node:fs';
import { contracts, ProductRenamed, topics } from '@tradewind/contracts';
import { newId } from '@tradewind/kernel';
import { partitionOf, systemPorts, type OutgoingRecord } from '@tradewind/messaging/internals';
import { messageInfo, type MessageClass } from '@tradewind/messaging/message';
import { recordOf } from '@tradewind/testing/service';
import { compactedTopicConsumers, consumedTypes } from '../../../tools/audit/invariants/consumed-types.js';
import { databaseServices, describeService, type DatabaseService } from '../../../tools/services.js';

const id = (): string => newId(systemPorts);
const at = '2026-03-02T10:00:00.000Z';

/** It reads sealed fields with the data keys that the user service publishes. */
const unsealsForUsers = (service: DatabaseService): boolean =>
  describeService(service).sealsData && service !== topics.userDataKeys.owner;

const consumersOf = (topic: string): readonly string[] => {
  if (topic === topics.userKeys.name) return compactedTopicConsumers;
  if (topic === topics.userDataKeys.name) return databaseServices.filter(unsealsForUsers).map((name) => `${name}.keys`);
  return Object.keys(consumedTypes).filter((consumer) => Object.hasOwn(consumedTypes[consumer]!, topic));
};

/** A valid message of every topic that services consume, as in its golden record. */
const samples = contracts.topics.flatMap((topic) => {
  const consumers = consumersOf(topic.name);
  const cls = contracts.classes.find((each) => messageInfo(each).topic.name === topic.name);
  return cls === undefined || consumers.length === 0 ? [] : [{ cls, consumers }];
});

/** The fields of a golden record, with another key. */
function fieldsOf(cls: MessageClass, key: string): object {
  const { type, version, key: field } = messageInfo(cls);
  const file = new URL(`../../../libs/contracts/records/${type}.v${version}.json`, import.meta.url);
  return { ...(JSON.parse(readFileSync(file, 'utf8')) as { value: object }).value, [field]: key };
}

type Damage = (valid: OutgoingRecord) => Partial<OutgoingRecord>;
const header =
  (name: string, value: string): Damage =>
  ({ headers }) => ({ headers: { ...headers, [name]: value } });

/** What can be wrong with a record, and how the detail of its dead letter names it. */
const damages: Readonly<Record<string, readonly [Damage, RegExp]>> = {
  'a value that is not JSON': [() => ({ value: '{"orderId":' }), /is not JSON/],
  'bytes that are not text': [() => ({ value: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) }), /is not JSON/],
  'a value that breaks a rule': [() => ({ value: '{"more":1}' }), /must be/],
  'no value': [() => ({ value: null }), /not a JSON object/],
  'no headers': [() => ({ headers: {} }), /header ce_id is missing/],
  'an invalid id': [header('ce_id', "'; drop table msg_inbox; --"), /header ce_id is malformed/],
  'an unknown type': [header('ce_type', 'unknown.type'), /unknown\.type is not in the contracts/],
  'a type of another topic': [header('ce_type', 'platform.instance-seen'), /does not belong on/],
  'an unknown version': [header('ce_schemaversion', '99'), /version 99 is not known/],
  'no key': [() => ({ key: null }), /has the key null/],
  'a wrong key': [() => ({ key: id() }), /has the key/],
};

export interface BrokenRecord {
  readonly what: string;
  readonly record: OutgoingRecord;
  readonly consumers: readonly string[];
  readonly detail: RegExp;
}

/**
 * Each kind of damage once on every consumed topic, each under its own key. Compacted topics do not accept records without a key, and an event of
 * an unknown type is skipped.
 */
export const brokenRecords = (): BrokenRecord[] =>
  samples.flatMap(({ cls, consumers }) =>
    Object.entries(damages)
      .filter(([what]) => what !== 'no key' || messageInfo(cls).topic.retention === 'keep')
      .filter(([what]) => what !== 'an unknown type' || messageInfo(cls).topic.unknownTypes === 'dead-letter')
      .map(([what, [damage, detail]]) => {
        const valid = recordOf({ message: cls, fields: fieldsOf(cls, id()) });
        return {
          what: `${what} on ${valid.topic}`,
          record: withPartition({ ...valid, ...damage(valid) }),
          consumers,
          detail,
        };
      }),
  );

/** A valid record. */
export const renamed = (productId: string): OutgoingRecord =>
  recordOf({ message: ProductRenamed, fields: { productId, name: 'Renamed', renamedAt: at } });

/** Sets the partition of the record's key. */
export function withPartition(record: OutgoingRecord): OutgoingRecord {
  const { partitions } = Object.values(topics).find(({ name }) => name === record.topic)!;
  return { ...record, partition: record.key === null ? 0 : partitionOf(record.key, partitions) };
}
