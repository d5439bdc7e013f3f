import { Inject, Injectable } from '@nestjs/common';
import type { OrderId, UserId } from '@tradewind/contracts';
import { RowWaiter, Clock, Sealer } from '@tradewind/service';
import { OrderQueries, type HistoryRow, type OrderRow } from '../storage/order.queries.js';
import type { OrderAnswer } from './order.dto.js';
import { addressOf } from './address.js';
import { noSuchOrder } from './order.problems.js';
import { whole } from './order.view.js';

/** Longest time in milliseconds from the acceptance of an order to its row. */
const arrivalTimeoutMs = 2_000;

const never = (): Promise<Map<string, OrderRow>> => Promise.resolve(new Map());

/** Orders as their buyers see them. Waits for an order that was just accepted and has not arrived yet. */
@Injectable()
export class OwnOrders {
  constructor(
    private readonly queries: OrderQueries,
    private readonly waiter: RowWaiter,
    private readonly sealer: Sealer,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Waits up to `waitMs` for the outcome, then answers the current state. Throws a 404 problem. */
  async find(userId: UserId, orderId: OrderId, waitMs = 0): Promise<OrderAnswer> {
    const end = this.clock.now().getTime() + waitMs;
    const row = await this.#own(userId, orderId, Math.max(arrivalTimeoutMs, waitMs));
    const left = end - this.clock.now().getTime();
    return this.#view(left > 0 ? await this.#outcome(row, left) : row);
  }

  /** Waits until the history has more than `count` events, or can have no more; undefined after `waitMs`. Throws a 404 problem. */
  async history(userId: UserId, orderId: OrderId, count: number, waitMs: number): Promise<HistoryRow | undefined> {
    const row = await this.waiter.waitFor(
      `orders/history after ${count}`,
      orderId,
      this.queries.withMoreEventsThan(count),
      waitMs,
    );
    if (row && row.userId !== userId) throw noSuchOrder();
    return row;
  }

  /** Throws a 404 problem if the order is not this user's. */
  async expect(userId: UserId, orderId: OrderId): Promise<void> {
    await this.#own(userId, orderId, arrivalTimeoutMs);
  }

  /** Another user's order takes as long as a missing one: the response time must not reveal that it exists. */
  async #own(userId: UserId, orderId: OrderId, timeoutMs: number): Promise<OrderRow> {
    const end = this.clock.now().getTime() + timeoutMs;
    const row = await this.waiter.waitFor('orders', orderId, this.queries.find, timeoutMs);
    if (row?.userId === userId) return row;
    const left = end - this.clock.now().getTime();
    if (row && left > 0) await this.waiter.waitFor('orders/of another user', orderId, never, left);
    throw noSuchOrder();
  }

  async #outcome(row: OrderRow, timeoutMs: number): Promise<OrderRow> {
    const { orderId } = row;
    if (row.status !== 'pending' && row.status !== 'cancelling') return row;
    const outcome = await this.waiter.waitFor('orders/outcome', orderId, this.queries.withOutcome, timeoutMs);
    return outcome ?? (await this.queries.find([orderId])).get(orderId) ?? row;
  }

  async #view(row: OrderRow): Promise<OrderAnswer> {
    return whole(
      row,
      row.shippingAddress === null ? null : await this.sealer.unseal(addressOf(row.orderId), row.shippingAddress),
    );
  }
}
