import { topics } from '../outbox.js';
import { runBareService } from '../service.js';
import { requestPayments } from './request.js';
import { startPayments } from './settle.js';

/* The payment service: saves requested payments, asks the provider, and writes the ledger. */
await runBareService({
  name: 'payment',
  connections: 4,
  topics: [topics.paymentCommands],
  handle: requestPayments,
  start: (pool, notify) => {
    const payments = startPayments(pool, notify);
    return { onHandled: payments.notify, close: payments.close };
  },
});
