import { Inject, Injectable } from '@nestjs/common';
import type { OrderId, UserId } from '@tradewind/contracts';
import { RowWaiter, Clock, Places, Sealer } from '@tradewind/service';
import { OrderQueries, type HistoryRow, type OrderProgress, type OrderRow } from '../storage/order.queries.js';
import type { OrderAnswer } from './order.dto.js';
import { addressOf } from './address.js';
import { noSuchOrder } from './order.problems.js';
import { whole } from './order.view.js';

/** Longest time in milliseconds from the acceptance of an order to its row. */
const arrivalTimeoutMs = 2_000;

const never = (): Promise<Map<string, OrderRow>> => Promise.resolve(new Map());

/** The order has no further events that its buyer waits for. */
export const hasEnded = ({ status }: Pick<OrderRow, 'status'>): boolean =>
  status === 'rejected' || status === 'cancelled';

/** Orders as their buyers see them. Waits for an order that was just accepted and has not arrived yet; `closed` ends a wait. */
@Injectable()
export class OwnOrders {
  readonly #waits = new Places({ perPerson: 20, total: 2_000, what: 'requests that wait for an order' });

  constructor(
    private readonly queries: OrderQueries,
    private readonly waiter: RowWaiter,
    private readonly sealer: Sealer,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Waits up to `waitMs` for the outcome, then answers the current state. Throws a 404 problem. */
  async find(userId: UserId, orderId: OrderId, closed: AbortSignal, waitMs = 0): Promise<OrderAnswer> {
    const end = this.clock.now().getTime() + waitMs;
    const row = await this.#own(userId, orderId, closed, Math.max(arrivalTimeoutMs, waitMs));
    const left = end - this.clock.now().getTime();
    return this.#view(left > 0 ? await this.#outcome(row, closed, left) : row);
  }

  /** Waits until the history of an order has more than `count` events, or can have no more; undefined after `waitMs`. */
  async history(orderId: OrderId, count: number, closed: AbortSignal, waitMs: number): Promise<HistoryRow | undefined> {
    const until = (order: OrderProgress): boolean => order.events > count || hasEnded(order);
    const found = await this.waiter.waitFor('orders/progress', orderId, this.queries.progress, waitMs, {
      until,
      signal: closed,
    });
    return found && this.queries.history(orderId);
  }

  /** Throws a 404 problem if the order is not this user's. */
  async expect(userId: UserId, orderId: OrderId, closed: AbortSignal): Promise<void> {
    await this.#own(userId, orderId, closed, arrivalTimeoutMs);
  }

  async #own(userId: UserId, orderId: OrderId, closed: AbortSignal, timeoutMs: number): Promise<OrderRow> {
    const row = await this.waiter.waitFor('orders', orderId, this.queries.find, 0);
    if (row?.userId === userId) return row;
    return this.#waiting(userId, () => this.#arrived(userId, orderId, row, closed, timeoutMs));
  }

  /** Another user's order takes as long as a missing one: the response time must not reveal that it exists. */
  async #arrived(
    userId: UserId,
    orderId: OrderId,
    known: OrderRow | undefined,
    closed: AbortSignal,
    timeoutMs: number,
  ): Promise<OrderRow> {
    const signal = { signal: closed };
    const end = this.clock.now().getTime() + timeoutMs;
    const row = known ?? (await this.waiter.waitFor('orders', orderId, this.queries.find, timeoutMs, signal));
    if (row?.userId === userId) return row;
    const left = end - this.clock.now().getTime();
    if (row && left > 0) await this.waiter.waitFor('orders/of another user', orderId, never, left, signal);
    throw noSuchOrder();
  }

  async #outcome(row: OrderRow, closed: AbortSignal, timeoutMs: number): Promise<OrderRow> {
    const { orderId, userId } = row;
    if (row.status !== 'pending' && row.status !== 'cancelling') return row;
    const outcome = await this.#waiting(userId, () =>
      this.waiter.waitFor('orders/outcome', orderId, this.queries.withOutcome, timeoutMs, { signal: closed }),
    );
    return outcome ?? (await this.queries.find([orderId])).get(orderId) ?? row;
  }

  async #waiting<T>(userId: UserId, wait: () => Promise<T>): Promise<T> {
    const free = this.#waits.take(userId);
    try {
      return await wait();
    } finally {
      free();
    }
  }

  async #view(row: OrderRow): Promise<OrderAnswer> {
    return whole(
      row,
      row.shippingAddress === null ? null : await this.sealer.unseal(addressOf(row.orderId), row.shippingAddress),
    );
  }
}
