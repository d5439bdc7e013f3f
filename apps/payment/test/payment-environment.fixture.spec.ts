import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { RefundPayment, TakePayment, topics, orderId as asOrderId, userId, type OrderId } from '@tradewind/contracts';
import { money } from '@tradewind/kernel';
import { kafkaClient, messageInfo, type KafkaClient, type MessageClass, type Publisher } from '@tradewind/messaging';
import {
  readConfig,
  startService,
  tokenAudience,
  tokenIssuer,
  type Role,
  type RunningService,
} from '@tradewind/service';
import { eventually } from '@tradewind/testing';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { DataSource } from 'typeorm';
import { freshDatabase, type FreshDatabase } from '../../../tools/platform/postgres/fresh-database.js';
import { PaymentConfig } from '../src/payment.config.js';
import { PaymentModule } from '../src/payment.module.js';
import { UnreliableProvider } from './unreliable-provider.fixture.spec.js';

export type Body = Readonly<{
  id: string;
  type: string;
  items: readonly { id: string }[];
  nextCursor: string | null;
  paths: object;
}>;
export type Answer = Readonly<{ status: number; body: Body; headers: Headers }>;
interface Event {
  readonly type: string;
  readonly payload: string;
  readonly version: number;
  readonly causation: string;
}

export const webhookSecret = 'a secret of the provider';
export const pence = (amount: number) => money(amount, 'GBP');
export const anOrder = (): OrderId => asOrderId(randomUUID());

const publishedEvents = `select type, payload, version, causation from (select position, topic, key, type, payload, version, causation from msg_outbox union all
  select position, topic, key, type, payload, version, causation from msg_outbox_archive) published where topic = $1 and ($2::text is null or key = $2) order by position`;

/** The payment service on a real PostgreSQL and Kafka, with a provider that can be made unreachable. */
export class PaymentEnvironment {
  readonly provider = new UnreliableProvider();
  service!: RunningService;

  private constructor(
    private readonly database: FreshDatabase,
    private readonly kafka: KafkaClient,
    private readonly publisher: Publisher,
  ) {}

  static async open(): Promise<PaymentEnvironment> {
    const kafka = kafkaClient({ brokers: process.env['TEST_KAFKA_BROKERS']!.split(','), clientId: 'test-of-payment' });
    await kafka.provision(Object.values(topics));
    const environment = new PaymentEnvironment(await freshDatabase(), kafka, await kafka.publisher());
    await environment.start();
    await environment.#announceKey();
    return environment;
  }

  async start(): Promise<void> {
    const config = readConfig(PaymentConfig, {
      PORT: '0',
      KAFKA_BROKERS: process.env['TEST_KAFKA_BROKERS'],
      DATABASE_URL: this.database.url,
      MIGRATIONS: 'apply',
      LOG_LEVEL: 'silent',
      PROVIDER_URL: 'http://127.0.0.1:3010',
      PROVIDER_WEBHOOK_SECRET: webhookSecret,
    });
    this.service = await startService(PaymentModule.forRoot(config, this.provider), config);
  }

  async close(): Promise<void> {
    await this.service.stop();
    await this.publisher.close();
    await this.kafka.close();
    await this.database.drop();
  }

  query<R extends object>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    return this.service.app.get(DataSource).query<R[]>(sql, [...values]);
  }

  take(orderId: OrderId, method = 'sim_ok', amount = 1999): Promise<void> {
    return this.#send(TakePayment, { orderId, userId: userId(randomUUID()), amount: pence(amount), method });
  }

  refund(orderId: OrderId): Promise<void> {
    return this.#send(RefundPayment, { orderId });
  }

  /** All published events, or those of one order. */
  events(orderId?: OrderId): Promise<Event[]> {
    return this.query<Event>(publishedEvents, [topics.paymentEvents.name, orderId ?? null]);
  }

  /** Waits until exactly these events of the order are published. */
  publishes(orderId: OrderId, ...types: readonly string[]): Promise<true> {
    return eventually(async () => {
      expect((await this.events(orderId)).map(({ type }) => type.replace('payment.', ''))).toEqual(types);
      return true;
    });
  }

  async statusOf(orderId: OrderId): Promise<string | undefined> {
    return (await this.query<{ status: string }>('select status from payments where order_id = $1', [orderId]))[0]
      ?.status;
  }

  becomes(orderId: OrderId, status: string): Promise<boolean> {
    return eventually(async () => (await this.statusOf(orderId)) === status);
  }

  balances(orderId: OrderId): Promise<{ account: string; balance: number }[]> {
    return this.query(
      'select account, sum(amount)::int as balance from ledger_entries where order_id = $1 group by account order by account',
      [orderId],
    );
  }

  async aPaidOrder(amount = 1999): Promise<{ orderId: OrderId; paymentId: string }> {
    const orderId = anOrder();
    await this.take(orderId, 'sim_ok', amount);
    await this.becomes(orderId, 'taken');
    const [row] = await this.query<{ id: string }>('select payment_id as id from payments where order_id = $1', [
      orderId,
    ]);
    return { orderId, paymentId: row!.id };
  }

  async call(
    method: string,
    path: string,
    { role, body, headers = {} }: { role?: Role; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const sent = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${this.service.url}${path}`, {
      method,
      headers: {
        ...(role && { authorization: `Bearer ${await this.#tokenOf(role)}` }),
        ...(sent !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent !== undefined && { body: sent }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Body, headers: response.headers };
  }

  grant(
    paymentId: string,
    amount: number,
    { key, role = 'admin' }: { key?: string; role?: Role } = {},
  ): Promise<Answer> {
    const body = { amount: { amount, currency: 'GBP' }, reason: 'a broken cup' };
    return this.call('POST', `/payments/${paymentId}/refunds`, {
      role,
      body,
      ...(key && { headers: { 'idempotency-key': key } }),
    });
  }

  #tokenOf: (role: Role) => Promise<string> = () => Promise.reject(new Error('no key yet'));

  async #announceKey(): Promise<void> {
    const { privateKey, publicKey } = await generateKeyPair('EdDSA');
    await this.query(
      `insert into svc_signing_keys (kid, public_key, announced_at, signs_from) values ('test', $1, now(), now())`,
      [(await exportJWK(publicKey)).x],
    );
    const id = randomUUID();
    this.#tokenOf = (role) =>
      new SignJWT({ role })
        .setProtectedHeader({ alg: 'EdDSA', kid: 'test' })
        .setSubject(id)
        .setIssuer(tokenIssuer)
        .setAudience(tokenAudience)
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey);
  }

  async #send<M extends object>(cls: MessageClass<M>, fields: M & { readonly orderId: OrderId }): Promise<void> {
    const headers = {
      ce_id: randomUUID(),
      ce_type: messageInfo(cls).type,
      ce_schemaversion: '1',
      ce_source: '/test',
      ce_sequence: '1',
      ce_correlationid: fields.orderId,
    };
    await this.publisher.publish([
      { topic: topics.paymentCommands.name, partition: 0, key: fields.orderId, value: JSON.stringify(fields), headers },
    ]);
  }
}
