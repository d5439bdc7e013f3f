import { contracts, topics, type OrderId } from '@tradewind/contracts';
import { readMessage } from '@tradewind/messaging/message';
import { eventually } from '@tradewind/testing';
import type { Response } from 'supertest';
import { anAddress, anUuid, type OrderEnvironment, type Person } from './order-environment.fixture.spec.js';

export const as = (person: Person) => ({ authorization: `Bearer ${person.token}` });
export const historyOf = (body: { history: { what: string }[] }): string[] => body.history.map(({ what }) => what);

/** The requests of one buyer to the order service. */
export class OrderClient {
  constructor(
    private readonly environment: OrderEnvironment,
    readonly person: Person,
  ) {}

  read(orderId: string, prefer = 'wait=20', person = this.person) {
    return this.environment.http().get(`/orders/${orderId}`).set(as(person)).set('prefer', prefer);
  }

  /** The order once it has its outcome. */
  async outcome(orderId: string): Promise<Response['body']> {
    return (await this.read(orderId).expect(200)).body;
  }

  cancel(orderId: string) {
    return this.environment.http().post(`/orders/${orderId}/cancel`).set(as(this.person));
  }

  place(body: object, key = anUuid()) {
    return this.environment.http().post('/orders').set(as(this.person)).set('idempotency-key', key).send(body);
  }

  async anOrder(pence = 250) {
    return {
      items: [{ productId: await this.aKnownProduct(pence), quantity: 3 }],
      paymentMethod: 'sim_ok',
      shippingAddress: anAddress,
    };
  }

  /** A product whose price has arrived at the order service. */
  async aKnownProduct(pence: number) {
    const productId = await this.environment.aProduct(pence);
    await this.untilFound('select 1 from prices where product_id = $1', [productId]);
    return productId;
  }

  /** Waits until the query finds one row. */
  async untilFound(sql: string, values: readonly unknown[]): Promise<void> {
    await eventually(async () => (await this.environment.sql(sql, [...values])).length === 1);
  }

  /** All messages of `order.events`, by key and sequence. */
  async orderEvents(): Promise<object[]> {
    const rows = await this.environment.sql<{ type: string; version: number; payload: string }>(
      'select type, version, payload from msg_outbox_archive where topic = $1 order by key, sequence',
      [topics.orderEvents.name],
    );
    return rows.map(({ type, version, payload }) =>
      readMessage(contracts.find(type)!.cls, JSON.parse(payload), version),
    );
  }

  /** The types of an order's messages, by topic and sequence. */
  async publishedTypes(orderId: OrderId | string): Promise<string[]> {
    const rows = await this.environment.sql<{ type: string }>(
      'select type from msg_outbox_archive where key = $1 order by topic, sequence',
      [orderId],
    );
    return rows.map(({ type }) => type);
  }
}
