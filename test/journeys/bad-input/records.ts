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
  systemWorld,
  type MessageClass,
  type OutgoingRecord,
} from '@tradewind/messaging';
import { aRecord } from '../../../apps/gateway/test/platform-records.fixture.spec.js';

const id = (): string => newId(systemWorld);
const at = '2026-03-02T10:00:00.000Z';

/** A sound message of every topic that services listen to, its listeners, and a type that belongs elsewhere. */
const samples: readonly {
  readonly cls: MessageClass;
  readonly fields: (key: string) => object;
  readonly heardBy: readonly string[];
}[] = [
  { cls: UserForgotten, fields: (userId) => ({ userId, forgottenAt: at }), heardBy: ['cart', 'order'] },
  {
    cls: SigningKeyAnnounced,
    fields: (kid) => ({ kid, publicKey: 'x', announcedAt: at, signsFrom: at }),
    heardBy: ['user.keys', 'product.keys', 'cart.keys', 'order.keys', 'payment.keys'],
  },
  {
    cls: DataKeyAnnounced,
    fields: (userId) => ({ userId, wrappedKey: 'x', createdAt: at }),
    heardBy: ['cart.keys', 'order.keys'],
  },
  {
    cls: ProductRenamed,
    fields: (productId) => ({ productId, name: 'Renamed', renamedAt: at }),
    heardBy: ['cart.prices', 'order.prices'],
  },
  { cls: ReleaseStock, fields: (orderId) => ({ orderId }), heardBy: ['product'] },
  {
    cls: StockReserved,
    fields: (orderId) => ({ orderId, lines: [{ productId: id(), quantity: 1 }], reservedAt: at }),
    heardBy: ['order'],
  },
  { cls: CartEmptied, fields: (userId) => ({ userId, emptiedAt: at }), heardBy: ['order'] },
  {
    cls: OrderRejected,
    fields: (orderId) => ({ orderId, userId: id(), reason: 'timed-out', rejectedAt: at }),
    heardBy: ['cart'],
  },
  { cls: RefundPayment, fields: (orderId) => ({ orderId }), heardBy: ['payment'] },
  {
    cls: PaymentDeclined,
    fields: (orderId) => ({ orderId, paymentId: id(), reason: 'x', declinedAt: at }),
    heardBy: ['order'],
  },
];

type Damage = (sound: OutgoingRecord) => Partial<OutgoingRecord>;
const header =
  (name: string, value: string): Damage =>
  ({ headers }) => ({ headers: { ...headers, [name]: value } });

/** What can be wrong with a record, and the words in which it must be named. */
const damages: Readonly<Record<string, readonly [Damage, RegExp]>> = {
  'a value that is no JSON': [() => ({ value: '{"orderId":' }), /no JSON/],
  'bytes that are no text': [() => ({ value: Buffer.from([0x7b, 0xff, 0xfe, 0x7d]) }), /no JSON/],
  'a value that breaks a rule': [() => ({ value: '{"more":1}' }), /must be/],
  'no value': [() => ({ value: null }), /no JSON object/],
  'no headers': [() => ({ headers: {} }), /header ce_id is missing/],
  'an id that is none': [header('ce_id', "'; drop table msg_inbox; --"), /header ce_id is not of its form/],
  'a type that nobody knows': [header('ce_type', 'nobody.knows'), /nobody\.knows is not in the contracts/],
  'a type of another topic': [header('ce_type', 'platform.instance-seen'), /does not belong on/],
  'a version of the future': [header('ce_schemaversion', '99'), /version 99 is not known/],
  'no key': [() => ({ key: null }), /has the key null/],
  'another key than its own': [() => ({ key: id() }), /has the key/],
};

export interface BrokenRecord {
  readonly what: string;
  readonly record: OutgoingRecord;
  readonly heardBy: readonly string[];
  readonly named: RegExp;
}

/** Each kind of damage once on every topic that somebody listens to, each under a key of its own. Where only the latest of a key is kept, the broker takes no record without one. */
export const brokenRecords = (): BrokenRecord[] =>
  samples.flatMap(({ cls, fields, heardBy }) =>
    Object.entries(damages)
      .filter(([what]) => what !== 'no key' || messageInfo(cls).topic.retention === 'keep')
      .map(([what, [damage, named]]) => {
        const sound = aRecord(cls, fields(id()));
        return { what: `${what} on ${sound.topic}`, record: inPlace({ ...sound, ...damage(sound) }), heardBy, named };
      }),
  );

/** A sound record. */
export const renamed = (productId: string): OutgoingRecord =>
  inPlace(aRecord(ProductRenamed, { productId, name: 'Renamed', renamedAt: at } as ProductRenamed));

/** Where records of its key belong. */
export function inPlace(record: OutgoingRecord): OutgoingRecord {
  const { partitions } = Object.values(topics).find(({ name }) => name === record.topic)!;
  return { ...record, partition: record.key === null ? 0 : partitionOf(record.key, partitions) };
}

/** The topics that the samples are for. */
export const sampledTopics = samples.map(({ cls }) => messageInfo(cls).topic.name);
