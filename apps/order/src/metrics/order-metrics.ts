import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { CommitEvents } from '@tradewind/service';
import { Counter, Histogram, register } from 'prom-client';
import { wasConfirmed, type Order } from '../domain/order.js';
import { Orders } from '../storage/order.tables.js';

const outcomes = ['confirmed', 'rejected', 'cancelled'] as const;
const ordersName = 'tradewind_orders_total';
const secondsName = 'tradewind_order_outcome_seconds';

/** Orders by their outcome, counted when it is committed. A confirmed order that is cancelled later counts as both. */
@Injectable()
export class OrderMetrics implements OnModuleDestroy {
  readonly #orders = new Counter({ name: ordersName, help: 'Orders, by outcome.', labelNames: ['outcome'] });
  readonly #seconds = new Histogram({
    name: secondsName,
    help: 'Time from the placement of an order to its outcome.',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
  });

  constructor(commits: CommitEvents) {
    for (const outcome of outcomes) this.#orders.inc({ outcome }, 0);
    commits.onPublished((messages, changes) => {
      for (const { type, key } of messages) {
        const outcome = outcomes.find((each) => type === `order.${each}`);
        if (outcome === undefined) continue;
        this.#orders.inc({ outcome });
        const changed = changes.find((change) => change.table === Orders.name && change.key === key)?.row;
        const order = changed as Order | undefined;
        const endedAt = order?.history.at(-1)?.at;
        // A cancellation after the confirmation says nothing about the time to the outcome.
        if (order && endedAt !== undefined && !(outcome === 'cancelled' && wasConfirmed(order)))
          this.#seconds.observe((new Date(endedAt).getTime() - order.placedAt.getTime()) / 1_000);
      }
    });
  }

  onModuleDestroy(): void {
    register.removeSingleMetric(ordersName);
    register.removeSingleMetric(secondsName);
  }
}
