import { randomBytes } from 'node:crypto';
import {
  CartCheckedOut,
  DataKeyAnnounced,
  ProductAdded,
  SigningKeyAnnounced,
  topics,
  orderId,
  productId,
  userId,
  type OrderId,
  type ProductId,
  type UserId,
} from '@tradewind/contracts';
import { money, sum, times, uuidv7 } from '@tradewind/kernel';
import {
  answer,
  command,
  Commands,
  kafkaClient,
  rows,
  nothing,
  systemRandomness,
  type HandlerContext,
} from '@tradewind/messaging';
import {
  dataKeySecret,
  newDataKey,
  readConfig,
  Sealer,
  startService,
  wrap,
  type RunningService,
} from '@tradewind/service';
import { eventually } from '@tradewind/testing';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import request from 'supertest';
import { DataSource } from 'typeorm';
import { freshDatabase } from '../../../tools/platform/postgres/fresh-database.js';
import type { Order } from '../src/domain/order.js';
import { OrderConfig } from '../src/order.config.js';
import { OrderModule } from '../src/order.module.js';
import { Orders } from '../src/storage/order.tables.js';
import { startPrivateKafka } from './private-kafka.fixture.spec.js';
import { startParticipants, type RunningParticipants } from './participants.fixture.spec.js';

export const anUuid = (): string => uuidv7(Date.now(), randomBytes(10));
const now = (): string => new Date().toISOString();

const load = { orders: rows(Orders, (ids: readonly string[]) => ids) };
const allOrders = command('orders.all', load, (_: readonly string[], { orders }: HandlerContext<typeof load>) =>
  nothing().and(answer(orders.all())),
);

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
  readonly sql: <R>(text: string, values?: unknown[]) => Promise<R[]>;
  readonly http: () => ReturnType<typeof request>;
  readonly url: () => string;
  /** Every order as decisions load it. */
  orders(): Promise<readonly Order[]>;
  aPerson(): Promise<Person>;
  aProduct(pence: number): Promise<ProductId>;
  /** Checks out a cart; returns the id of its order. */
  checkOut(person: Person, options?: { readonly method?: string; readonly quantity?: number }): Promise<OrderId>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startOrderEnvironment(): Promise<OrderEnvironment> {
  const privateKafka = await startPrivateKafka();
  const [database, participantsDatabase] = await Promise.all([freshDatabase(), freshDatabase()]);
  const kafka = kafkaClient({ brokers: privateKafka.brokers.split(','), clientId: 'test' });
  await kafka.provision(Object.values(topics));
  await kafka.close();
  const participants = await startParticipants(privateKafka.brokers, participantsDatabase.url);
  const secret = randomBytes(32).toString('base64');
  const variables = {
    PORT: '0',
    LOG_LEVEL: 'silent',
    INSTANCE_ID: 'order-1',
    KAFKA_BROKERS: privateKafka.brokers,
    DATABASE_URL: database.url,
    DATA_KEY_SECRET: secret,
    MIGRATIONS: 'apply',
  };
  const config = readConfig(OrderConfig, variables);
  const start = (): Promise<RunningService> => startService(OrderModule.forRoot(config), config);
  let running = await start();

  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  await participants.publish(SigningKeyAnnounced, {
    kid: 'test',
    publicKey: (await exportJWK(publicKey)).x!,
    announcedAt: now(),
    signsFrom: now(),
  });

  const environment: OrderEnvironment = {
    participants,
    sql: <R>(text: string, values: unknown[] = []) => running.app.get(DataSource).query<R[]>(text, values),
    http: () => request(running.url),
    url: () => running.url,
    async orders() {
      const ids = await environment.sql<{ id: string }>('select order_id as id from orders');
      return (await running.app.get<Commands>(Commands).run(
        allOrders,
        ids.map(({ id }) => id),
      )) as readonly Order[];
    },
    async aPerson() {
      const id = userId(anUuid());
      await participants.publish(DataKeyAnnounced, {
        userId: id,
        wrappedKey: wrap(dataKeySecret(secret), id, newDataKey(systemRandomness), systemRandomness),
        createdAt: now(),
      });
      const token = await new SignJWT({
        role: 'customer',
        iss: 'tradewind',
        aud: 'tradewind-shop',
        sub: id,
        exp: Math.floor(Date.now() / 1_000) + 600,
      })
        .setProtectedHeader({ alg: 'EdDSA', kid: 'test' })
        .sign(privateKey);
      return { userId: id, token };
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
    async checkOut(person, { method = 'sim_ok', quantity = 2 } = {}) {
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
        shippingAddress: await running.app.get(Sealer).seal(person.userId, JSON.stringify(anAddress)),
        keyHash: 'a'.repeat(64),
        bodyHash: 'b'.repeat(64),
        checkedOutAt: now(),
      });
      return id;
    },
    async restart() {
      await running.stop();
      running = await start();
    },
    async stop() {
      await running.stop();
      await participants.stop();
      await Promise.all([database.drop(), participantsDatabase.drop()]);
      privateKafka.stop();
    },
  };
  const person = await environment.aPerson();
  await eventually(
    async () => (await environment.http().get('/orders').set('authorization', `Bearer ${person.token}`)).status === 200,
  );
  return environment;
}
