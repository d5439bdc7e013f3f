import {
  CartEmptied,
  DataKeyAnnounced,
  OrderRejected,
  PaymentDeclined,
  ProductRenamed,
  RefundPayment,
  ReleaseStock,
  SigningKeyAnnounced,
  StockReserved,
  topics,
  UserForgotten,
} from '@tradewind/contracts';
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

/** A valid message of every topic that services consume. `consumers`: of a compacted topic. */
const samples: readonly {
  readonly cls: MessageClass;
  readonly fields: (key: string) => object;
  readonly consumers?: readonly string[];
}[] = [
  { cls: UserForgotten, fields: (userId) => ({ userId, forgottenAt: at }) },
  {
    cls: SigningKeyAnnounced,
    fields: (kid) => ({ kid, publicKey: 'x', announcedAt: at, signsFrom: at }),
    consumers: compactedTopicConsumers,
  },
  {
    cls: DataKeyAnnounced,
    fields: (userId) => ({ userId, wrappedKey: 'x', createdAt: at }),
    consumers: databaseServices.filter(unsealsForUsers).map((service) => `${service}.keys`),
  },
  {
    cls: ProductRenamed,
    fields: (productId) => ({ productId, name: 'Renamed', renamedAt: at }),
  },
  { cls: ReleaseStock, fields: (orderId) => ({ orderId }) },
  {
    cls: StockReserved,
    fields: (orderId) => ({ orderId, lines: [{ productId: id(), quantity: 1 }], reservedAt: at }),
  },
  { cls: CartEmptied, fields: (userId) => ({ userId, emptiedAt: at }) },
  {
    cls: OrderRejected,
    fields: (orderId) => ({ orderId, userId: id(), reason: 'timed-out', rejectedAt: at }),
  },
  { cls: RefundPayment, fields: (orderId) => ({ orderId }) },
  {
    cls: PaymentDeclined,
    fields: (orderId) => ({ orderId, paymentId: id(), reason: 'x', declinedAt: at }),
  },
];

const consumersOf = (topic: string): string[] =>
  Object.entries(consumedTypes)
    .filter(([, byTopic]) => Object.hasOwn(byTopic, topic))
    .map(([consumer]) => consumer);

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
  samples.flatMap(({ cls, fields, consumers = consumersOf(messageInfo(cls).topic.name) }) =>
    Object.entries(damages)
      .filter(([what]) => what !== 'no key' || messageInfo(cls).topic.retention === 'keep')
      .filter(([what]) => what !== 'an unknown type' || messageInfo(cls).topic.unknownTypes === 'dead-letter')
      .map(([what, [damage, detail]]) => {
        const valid = recordOf({ message: cls, fields: fields(id()) });
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

/** The topics of the samples. */
export const sampledTopics = samples.map(({ cls }) => messageInfo(cls).topic.name);
