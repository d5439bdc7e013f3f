import { Inject, Injectable } from '@nestjs/common';
import type { OrderId, UserId } from '@tradewind/kernel';
import { Awaiting, Clock, Sealer } from '@tradewind/service';
import { OrderQueries, type HistoryRow, type OrderRow } from '../storage/order.queries.js';
import type { OrderAnswer } from './order.dto.js';
import { noSuchOrder } from './order.problems.js';
import { whole } from './order.view.js';

const readYourWrites = 2_000;

const never = (): Promise<Map<string, OrderRow>> => Promise.resolve(new Map());

/** Orders as their buyers see them. One that was accepted a moment ago may not be here yet: it is waited for. */
@Injectable()
export class OwnOrders {
  constructor(
    private readonly queries: OrderQueries,
    private readonly awaiting: Awaiting,
    private readonly sealer: Sealer,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** As soon as it has its outcome, or after that many milliseconds as it stands. Throws a 404 problem. */
  async find(userId: UserId, orderId: OrderId, waitMilliseconds = 0): Promise<OrderAnswer> {
    const end = this.clock.now().getTime() + waitMilliseconds;
    const row = await this.#own(userId, orderId, Math.max(readYourWrites, waitMilliseconds));
    const left = end - this.clock.now().getTime();
    return this.#view(left > 0 ? await this.#outcome(row, left) : row);
  }

  /** The history as soon as it has more than so many facts, or can have no more; undefined when that takes longer. Throws a 404 problem. */
  async history(
    userId: UserId,
    orderId: OrderId,
    facts: number,
    waitMilliseconds: number,
  ): Promise<HistoryRow | undefined> {
    const row = await this.awaiting.until(
      `orders/history after ${facts}`,
      orderId,
      this.queries.withMoreThan(facts),
      waitMilliseconds,
    );
    if (row && row.userId !== userId) throw noSuchOrder();
    return row;
  }

  /** Throws a 404 problem for an order that is not this person's. */
  async expect(userId: UserId, orderId: OrderId): Promise<void> {
    await this.#own(userId, orderId, readYourWrites);
  }

  /** Somebody else's is as long in coming as one that is not there: not even the time tells them apart. */
  async #own(userId: UserId, orderId: OrderId, milliseconds: number): Promise<OrderRow> {
    const end = this.clock.now().getTime() + milliseconds;
    const row = await this.awaiting.until('orders', orderId, this.queries.find, milliseconds);
    if (row?.userId === userId) return row;
    const left = end - this.clock.now().getTime();
    if (row && left > 0) await this.awaiting.until('orders/of somebody else', orderId, never, left);
    throw noSuchOrder();
  }

  async #outcome(row: OrderRow, milliseconds: number): Promise<OrderRow> {
    const { orderId } = row;
    if (row.status !== 'pending' && row.status !== 'cancelling') return row;
    const outcome = await this.awaiting.until('orders/outcome', orderId, this.queries.withOutcome, milliseconds);
    return outcome ?? (await this.queries.find([orderId])).get(orderId) ?? row;
  }

  async #view(row: OrderRow): Promise<OrderAnswer> {
    return whole(row, row.shippingAddress === null ? null : await this.sealer.unseal(row.shippingAddress));
  }
}
