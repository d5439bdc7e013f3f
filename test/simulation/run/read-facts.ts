import { Checkouts } from '../../../apps/cart/src/storage/cart.tables.js';
import { Orders } from '../../../apps/order/src/storage/order.tables.js';
import { LedgerEntries, Payments, Refunds } from '../../../apps/payment/src/storage/payment.tables.js';
import { Reservations, Shelves } from '../../../apps/product/src/storage/product.tables.js';
import { readEnvelope, SagaJournal, Sagas } from '@tradewind/messaging';
import type { SimulatedDatabase } from '@tradewind/testing/simulated';
import type { History } from '../buyers/history.js';
import type { Facts, LibraryRows, TopicRecord } from '../check/facts.js';
import { topicsOfShop, type SimulatedShop } from '../shop/simulated-shop.js';

/** Everything there is, as it is committed. */
export async function readFacts({ databases, kafka, book }: SimulatedShop, history: History): Promise<Facts> {
  const { order, product, payment, cart } = databases;
  return {
    history,
    orders: order.rows(Orders),
    sagas: order.rows(Sagas),
    journal: order.rows(SagaJournal),
    checkouts: cart.rows(Checkouts),
    shelves: product.rows(Shelves),
    reservations: product.rows(Reservations),
    payments: payment.rows(Payments),
    refunds: payment.rows(Refunds),
    ledger: payment.rows(LedgerEntries),
    library: {
      product: libraryOf(product),
      cart: libraryOf(cart),
      order: libraryOf(order),
      payment: libraryOf(payment),
    },
    records: topicsOfShop.flatMap(({ name }) =>
      kafka.records(name).map(({ topic, partition, key, headers }): TopicRecord => {
        const { id, type, sequence } = readEnvelope(headers);
        return { id, type, sequence, topic, partition, key: key! };
      }),
    ),
    provider: await book.movements(),
  };
}

const libraryOf = ({ outbox, inbox, effects }: SimulatedDatabase): LibraryRows => ({
  archive: outbox.archive(),
  inbox: inbox.committed(),
  unpublished: outbox.waiting().length,
  openEffects: effects.committed().filter(({ doneAt }) => doneAt === undefined).length,
  parked: inbox.parkedCount(),
});
