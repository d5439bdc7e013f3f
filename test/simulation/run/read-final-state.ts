import { Checkouts } from '../../../apps/cart/src/storage/cart.tables.js';
import { Orders } from '../../../apps/order/src/storage/order.tables.js';
import { LedgerEntries, Payments, Refunds } from '../../../apps/payment/src/storage/payment.tables.js';
import { Reservations, StockLevels } from '../../../apps/product/src/storage/product.tables.js';
import { readEnvelope, SagaHistory, SagaInstances } from '@tradewind/messaging';
import type { SimulatedDatabase } from '@tradewind/simulation';
import type { ClientLog } from '../workload/client-log.js';
import type { FinalState, MessagingState, TopicRecord } from '../check/final-state.js';
import { topicsOfShop, type SimulatedShop } from '../shop/simulated-shop.js';

/** Reads all committed data. */
export async function readFinalState(
  { databases, kafka, provider }: SimulatedShop,
  log: ClientLog,
): Promise<FinalState> {
  const { order, product, payment, cart } = databases;
  return {
    log,
    orders: order.rows(Orders),
    sagas: order.rows(SagaInstances),
    sagaHistory: order.rows(SagaHistory),
    checkouts: cart.rows(Checkouts),
    stockLevels: product.rows(StockLevels),
    reservations: product.rows(Reservations),
    payments: payment.rows(Payments),
    refunds: payment.rows(Refunds),
    ledger: payment.rows(LedgerEntries),
    messaging: {
      product: messagingStateOf(product),
      cart: messagingStateOf(cart),
      order: messagingStateOf(order),
      payment: messagingStateOf(payment),
    },
    records: topicsOfShop.flatMap(({ name }) =>
      kafka.records(name).map(({ topic, partition, key, headers }): TopicRecord => {
        const { id, type, sequence } = readEnvelope(headers);
        return { id, type, sequence, topic, partition, key: key! };
      }),
    ),
    provider: await provider.movements(),
  };
}

const messagingStateOf = ({ outbox, inbox, effects }: SimulatedDatabase): MessagingState => ({
  archive: outbox.archive(),
  inbox: inbox.committed(),
  unpublished: outbox.unpublished().length,
  pendingEffects: effects.committed().filter(({ doneAt }) => doneAt === undefined).length,
  deadLetters: inbox.deadLetterCount(),
});
