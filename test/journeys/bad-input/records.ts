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
import {
  messageInfo,
  newId,
  partitionOf,
  systemPorts,
  type MessageClass,
  type OutgoingRecord,
} from '@tradewind/messaging';
import { aRecord } from '../../../apps/gateway/test/platform-records.fixture.spec.js';

const id = (): string => newId(systemPorts);
const at = '2026-03-02T10:00:00.000Z';

/** A valid message of every topic that services consume, and the consumers of the topic. */
const samples: readonly {
  readonly cls: MessageClass;
  readonly fields: (key: string) => object;
  readonly consumers: readonly string[];
}[] = [
  { cls: UserForgotten, fields: (userId) => ({ userId, forgottenAt: at }), consumers: ['cart', 'order'] },
  {
    cls: SigningKeyAnnounced,
    fields: (kid) => ({ kid, publicKey: 'x', announcedAt: at, signsFrom: at }),
    consumers: ['user.keys', 'product.keys', 'cart.keys', 'order.keys', 'payment.keys'],
  },
  {
    cls: DataKeyAnnounced,
    fields: (userId) => ({ userId, wrappedKey: 'x', createdAt: at }),
    consumers: ['cart.keys', 'order.keys'],
  },
  {
    cls: ProductRenamed,
    fields: (productId) => ({ productId, name: 'Renamed', renamedAt: at }),
    consumers: ['cart.prices', 'order.prices'],
  },
  { cls: ReleaseStock, fields: (orderId) => ({ orderId }), consumers: ['product'] },
  {
    cls: StockReserved,
    fields: (orderId) => ({ orderId, lines: [{ productId: id(), quantity: 1 }], reservedAt: at }),
    consumers: ['order'],
  },
  { cls: CartEmptied, fields: (userId) => ({ userId, emptiedAt: at }), consumers: ['order'] },
  {
    cls: OrderRejected,
    fields: (orderId) => ({ orderId, userId: id(), reason: 'timed-out', rejectedAt: at }),
    consumers: ['cart'],
  },
  { cls: RefundPayment, fields: (orderId) => ({ orderId }), consumers: ['payment'] },
  {
    cls: PaymentDeclined,
    fields: (orderId) => ({ orderId, paymentId: id(), reason: 'x', declinedAt: at }),
    consumers: ['order'],
  },
];

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

/** Each kind of damage once on every consumed topic, each under its own key. Compacted topics do not accept records without a key. */
export const brokenRecords = (): BrokenRecord[] =>
  samples.flatMap(({ cls, fields, consumers }) =>
    Object.entries(damages)
      .filter(([what]) => what !== 'no key' || messageInfo(cls).topic.retention === 'keep')
      .map(([what, [damage, detail]]) => {
        const valid = aRecord(cls, fields(id()));
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
  withPartition(aRecord(ProductRenamed, { productId, name: 'Renamed', renamedAt: at } as ProductRenamed));

/** Sets the partition of the record's key. */
export function withPartition(record: OutgoingRecord): OutgoingRecord {
  const { partitions } = Object.values(topics).find(({ name }) => name === record.topic)!;
  return { ...record, partition: record.key === null ? 0 : partitionOf(record.key, partitions) };
}

/** The topics of the samples. */
export const sampledTopics = samples.map(({ cls }) => messageInfo(cls).topic.name);
