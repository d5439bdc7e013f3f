import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import {
  contracts,
  RefundPayment,
  TakePayment,
  topics,
  orderId as asOrderId,
  userId,
  type OrderId,
  type Role,
} from '@tradewind/contracts';
import { money } from '@tradewind/kernel';
import { readConfig, startService } from '@tradewind/service';
import { eventually } from '@tradewind/testing';
import {
  startServiceHarness,
  type HttpResult,
  type PublishedMessage,
  type ServiceHarness,
  type StartedService,
} from '@tradewind/testing/service';
import { AccessTokens } from '../../../test/access-tokens.js';
import { rootEnvironment } from '../../../test/signing-root.js';
import { freshDatabase } from '../../../tools/platform/postgres/fresh-database.js';
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
export type Answer = HttpResult<Body>;

export const webhookSecret = 'a secret of the provider';
export const pence = (amount: number) => money(amount, 'GBP');
export const anOrder = (): OrderId => asOrderId(randomUUID());

/** The payment service on a real PostgreSQL and Kafka, with a provider that can be made unreachable. */
export class PaymentEnvironment {
  private readonly caller = randomUUID();

  private constructor(
    readonly harness: ServiceHarness,
    readonly provider: UnreliableProvider,
    private readonly tokens: AccessTokens,
  ) {}

  static async open(): Promise<PaymentEnvironment> {
    const provider = new UnreliableProvider();
    const harness = await startServiceHarness({
      brokers: process.env['TEST_KAFKA_BROKERS']!.split(','),
      database: await freshDatabase(),
      contracts,
      topics: Object.values(topics),
      environment: {
        ...rootEnvironment,
        PROVIDER_URL: 'http://127.0.0.1:3010',
        PROVIDER_API_KEY: 'the-key-of-the-provider',
        PROVIDER_WEBHOOK_SECRET: webhookSecret,
        REFUND_APPROVAL_LIMIT: '5000 GBP',
      },
      start: (environment) => {
        const config = readConfig(PaymentConfig, environment);
        return startService(PaymentModule.forRoot(config, provider), config);
      },
    });
    return new PaymentEnvironment(harness, provider, await AccessTokens.create(harness.dataSource));
  }

  get service(): StartedService {
    return this.harness.service;
  }

  close(): Promise<void> {
    return this.harness.stop();
  }

  query<R extends object>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    return this.harness.query<R>(sql, values);
  }

  take(orderId: OrderId, method = 'sim_ok', amount = 1999): Promise<void> {
    return this.harness.publish(TakePayment, {
      orderId,
      userId: userId(randomUUID()),
      amount: pence(amount),
      method,
    });
  }

  refund(orderId: OrderId): Promise<void> {
    return this.harness.publish(RefundPayment, { orderId });
  }

  /** All published events, or those of one order. */
  events(orderId?: OrderId): Promise<PublishedMessage[]> {
    return this.harness.published({ topic: topics.paymentEvents.name, ...(orderId && { key: orderId }) });
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
    {
      role,
      by = this.caller,
      ...rest
    }: { role?: Role; by?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    return this.harness.request<Body>(method, path, {
      ...rest,
      ...(role && { token: await this.tokens.sign({ role, userId: by }) }),
    });
  }

  grant(
    paymentId: string,
    amount: number,
    { key, role = 'admin', by }: { key?: string; role?: Role; by?: string } = {},
  ): Promise<Answer> {
    const body = { amount: { amount, currency: 'GBP' }, reason: 'damaged' };
    return this.call('POST', `/payments/${paymentId}/refunds`, {
      role,
      ...(by && { by }),
      body,
      ...(key && { headers: { 'idempotency-key': key } }),
    });
  }
}
