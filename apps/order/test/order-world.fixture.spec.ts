import { randomBytes } from 'node:crypto';
import { CartCheckedOut, DataKeyAnnounced, ProductAdded, SigningKeyAnnounced, topics } from '@tradewind/contracts';
import {
  money,
  orderId,
  productId,
  sum,
  times,
  userId,
  uuidv7,
  type OrderId,
  type ProductId,
  type UserId,
} from '@tradewind/kernel';
import {
  answer,
  command,
  Commands,
  kafkaClient,
  keys,
  nothing,
  systemRandomness,
  type Given,
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
import { ownPlatform } from './own-platform.fixture.spec.js';
import { startParticipants, type RunningParticipants } from './participants.fixture.spec.js';

export const anUuid = (): string => uuidv7(Date.now(), randomBytes(10));
const now = (): string => new Date().toISOString();

const load = { orders: keys(Orders, (ids: readonly string[]) => ids) };
const allOrders = command('orders.all', load, (_: readonly string[], { orders }: Given<typeof load>) =>
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

/** The order service itself, on a real Kafka and PostgreSQL, among participants that only answer. */
export interface OrderWorld {
  readonly participants: RunningParticipants;
  readonly sql: <R>(text: string, values?: unknown[]) => Promise<R[]>;
  readonly http: () => ReturnType<typeof request>;
  readonly url: () => string;
  /** Every order as its decisions see it. */
  orders(): Promise<readonly Order[]>;
  aPerson(): Promise<Person>;
  aProduct(pence: number): Promise<ProductId>;
  /** A cart is checked out: the order that comes of it. */
  checkOut(person: Person, options?: { readonly method?: string; readonly quantity?: number }): Promise<OrderId>;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function startOrderWorld(): Promise<OrderWorld> {
  const platform = await ownPlatform();
  const [database, theirs] = await Promise.all([freshDatabase(), freshDatabase()]);
  const kafka = kafkaClient({ brokers: platform.brokers.split(','), clientId: 'test' });
  await kafka.provision(Object.values(topics));
  await kafka.close();
  const participants = await startParticipants(platform.brokers, theirs.url);
  const secret = randomBytes(32).toString('base64');
  const environment = {
    PORT: '0',
    LOG_LEVEL: 'silent',
    INSTANCE_ID: 'order-1',
    KAFKA_BROKERS: platform.brokers,
    DATABASE_URL: database.url,
    DATA_KEY_SECRET: secret,
    MIGRATIONS: 'apply',
  };
  const config = readConfig(OrderConfig, environment);
  const start = (): Promise<RunningService> => startService(OrderModule.forRoot(config), config);
  let running = await start();

  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
  await participants.say(SigningKeyAnnounced, {
    kid: 'test',
    publicKey: (await exportJWK(publicKey)).x!,
    announcedAt: now(),
    signsFrom: now(),
  });

  const world: OrderWorld = {
    participants,
    sql: <R>(text: string, values: unknown[] = []) => running.app.get(DataSource).query<R[]>(text, values),
    http: () => request(running.url),
    url: () => running.url,
    async orders() {
      const ids = await world.sql<{ id: string }>('select order_id as id from orders');
      return (await running.app.get<Commands>(Commands).run(
        allOrders,
        ids.map(({ id }) => id),
      )) as readonly Order[];
    },
    async aPerson() {
      const id = userId(anUuid());
      await participants.say(DataKeyAnnounced, {
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
      await participants.say(ProductAdded, {
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
      await participants.say(CartCheckedOut, {
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
      await Promise.all([database.drop(), theirs.drop()]);
      platform.stop();
    },
  };
  const anybody = await world.aPerson();
  await eventually(
    async () => (await world.http().get('/orders').set('authorization', `Bearer ${anybody.token}`)).status === 200,
  );
  return world;
}
