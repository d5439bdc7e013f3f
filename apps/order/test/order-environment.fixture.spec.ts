import { randomBytes } from 'node:crypto';
import {
  CartCheckedOut,
  contracts,
  DataKeyAnnounced,
  ProductAdded,
  topics,
  orderId,
  productId,
  userId,
  type OrderId,
  type ProductId,
  type UserId,
} from '@tradewind/contracts';
import { money, sum, times, uuidv7 } from '@tradewind/kernel';
import { systemRandomness } from '@tradewind/messaging/internals';
import { dataKeySecrets, newDataKey, readConfig, Sealer, startService, wrap } from '@tradewind/service';
import { startServiceHarness } from '@tradewind/testing/service';
import request from 'supertest';
import type { DataSource } from 'typeorm';
import { AccessTokens } from '../../../test/access-tokens.js';
import { rootEnvironment } from '../../../test/signing-root.js';
import { DedicatedKafka } from '../../../tools/platform/kafka/dedicated-kafka.js';
import { freshDatabase } from '../../../tools/platform/postgres/fresh-database.js';
import { addressOf } from '../src/http/address.js';
import type { Order } from '../src/domain/order.js';
import { OrderConfig } from '../src/order.config.js';
import { OrderModule } from '../src/order.module.js';
import { Orders } from '../src/storage/order.tables.js';
import { startParticipants, type RunningParticipants } from './participants.fixture.spec.js';

export const anUuid = (): string => uuidv7(Date.now(), randomBytes(10));
const now = (): string => new Date().toISOString();

export const anAddress = {
  name: 'Ann Canary',
  line1: '1 High Street',
  city: 'London',
  postcode: 'N1 1AA',
  country: 'United Kingdom',
};

export interface Person {
  readonly userId: UserId;
  readonly token: string;
}

/** The order service on a real Kafka and PostgreSQL, with simulated participants. */
export interface OrderEnvironment {
  readonly participants: RunningParticipants;
  readonly sql: <R extends object>(text: string, values?: unknown[]) => Promise<R[]>;
  readonly http: () => ReturnType<typeof request>;
  readonly url: () => string;
  readonly dataSource: () => DataSource;
  /** Every order as decisions load it, by id. */
  orders(): Promise<readonly Order[]>;
  aPerson(): Promise<Person>;
  /** Another token of a person, valid for so long: `2s`. */
  tokenFor(person: Person, expiresIn: string): Promise<Person>;
  /** A member of staff. */
  anAdmin(): Promise<Person>;
  aProduct(pence: number): Promise<ProductId>;
  /** Checks out a cart; returns the id of its order. */
  checkOut(
    person: Person,
    options?: { readonly method?: string; readonly quantity?: number; readonly address?: string },
  ): Promise<OrderId>;
  /** Of a checkout that is sent later. */
  sealedAddress(person: Person): Promise<string>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** `settings` are further environment variables of the service. */
export async function startOrderEnvironment(
  settings: Readonly<Record<string, string>> = {},
): Promise<OrderEnvironment> {
  const [kafka, database, participantsDatabase] = await Promise.all([
    DedicatedKafka.start(),
    freshDatabase(),
    freshDatabase(),
  ]);
  const secret = randomBytes(32).toString('base64');
  const harness = await startServiceHarness({
    brokers: [kafka.brokers],
    database,
    contracts,
    topics: Object.values(topics),
    environment: { INSTANCE_ID: 'order-1', ...rootEnvironment, DATA_KEY_SECRET: secret, ...settings },
    start: (environment) => {
      const config = readConfig(OrderConfig, environment);
      return startService(OrderModule.forRoot(config), config);
    },
  });
  const tokens = await AccessTokens.create(harness.dataSource);
  const participants = await startParticipants(kafka.brokers, participantsDatabase.url);
  const seal = (person: Person, id: OrderId): Promise<string> =>
    harness.service.app.get(Sealer).seal(person.userId, addressOf(id), JSON.stringify(anAddress));
  return {
    participants,
    sql: <R extends object>(text: string, values?: unknown[]) => harness.query<R>(text, values),
    http: () => request(harness.service.url),
    url: () => harness.service.url,
    dataSource: () => harness.dataSource,
    async orders() {
      return [...(await harness.rows(Orders)).values()].sort((one, other) => (one.orderId < other.orderId ? -1 : 1));
    },
    async aPerson() {
      const id = userId(anUuid());
      await participants.publish(DataKeyAnnounced, {
        userId: id,
        wrappedKey: wrap(dataKeySecrets(secret), id, newDataKey(systemRandomness), systemRandomness),
        createdAt: now(),
      });
      return { userId: id, token: await tokens.sign({ userId: id }) };
    },
    async tokenFor({ userId: id }, expiresIn) {
      return { userId: id, token: await tokens.sign({ userId: id, expiresIn }) };
    },
    async anAdmin() {
      const id = userId(anUuid());
      return { userId: id, token: await tokens.sign({ userId: id, role: 'admin' }) };
    },
    async aProduct(pence) {
      const id = productId(anUuid());
      await participants.publish(ProductAdded, {
        productId: id,
        sku: id,
        name: `article of ${pence}`,
        price: money(pence, 'GBP'),
        stock: 100,
        addedAt: now(),
      });
      return id;
    },
    sealedAddress: (person) => seal(person, orderId(anUuid())),
    async checkOut(person, { method = 'sim_ok', quantity = 2, address } = {}) {
      const id = orderId(anUuid());
      const lines = [{ productId: productId(anUuid()), name: 'lamp', quantity, unitPrice: money(339, 'GBP') }];
      await participants.publish(CartCheckedOut, {
        orderId: id,
        userId: person.userId,
        lines,
        total: sum(
          lines.map((line) => times(line.unitPrice, line.quantity)),
          'GBP',
        ),
        paymentMethod: method,
        shippingAddress: address ?? (await seal(person, id)),
        keyHash: 'a'.repeat(64),
        bodyHash: 'b'.repeat(64),
        checkedOutAt: now(),
      });
      return id;
    },
    restart: () => harness.restart(),
    async stop() {
      await harness.stop();
      await participants.stop();
      await participantsDatabase.drop();
      await kafka.remove();
    },
  };
}
