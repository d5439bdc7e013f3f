import type { Buyer, PlannedCancellation, PlannedOrder } from '../retail/plan.js';
import { atOnceInTurn } from './at-once.js';
import { GaveUp, Unexpected } from './gateway-client.js';
import { awaitOutcome, cancel, checkOut, type Counter, type Customer, type PlacedOrder } from './place-order.js';

export interface Mishap {
  readonly invoice: string;
  readonly what: string;
}

/** What has become of the actions so far; the progress line reads it while they are played. */
export class Ledger {
  readonly orders = new Map<string, PlacedOrder>();
  readonly mishaps: Mishap[] = [];
  /** Cancellations of the file whose order was not confirmed, so that there was nothing to cancel. */
  readonly voidCancellations: string[] = [];
  done = 0;
  /** Actions that were not begun, because the shop could no longer be reached. */
  notPlayed = 0;
}

/**
 * Plays the actions in the order of time, so many at once, but those of one buyer strictly one after another.
 * What goes wrong with one is noted, and the others go on; once the shop can't be reached at all, no more are begun.
 */
export async function playActions(
  counter: Counter,
  customers: ReadonlyMap<Buyer, Customer>,
  actions: readonly (PlannedOrder | PlannedCancellation)[],
  limit: number,
  ledger: Ledger,
  signal?: AbortSignal,
): Promise<void> {
  let lost = false;
  await atOnceInTurn(
    limit,
    actions,
    ({ buyer }) => buyer,
    async (action) => {
      if (lost) return void ledger.notPlayed++;
      try {
        const customer = customers.get(action.buyer)!;
        if (action.does === 'order') await placeOrder(counter, customer, action, ledger);
        else await cancelInvoice(counter, customer, action, ledger);
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof Unexpected)) throw error;
        lost ||= error instanceof GaveUp;
        ledger.mishaps.push({ invoice: action.invoice, what: error.message });
      }
      ledger.done++;
    },
  );
}

async function placeOrder(counter: Counter, customer: Customer, planned: PlannedOrder, ledger: Ledger): Promise<void> {
  const { order, since } = await checkOut(counter, customer, planned);
  ledger.orders.set(planned.invoice, order);
  if (planned.changesMind === 'while pending') return cancel(counter, customer, order);
  await awaitOutcome(counter, customer, order, since);
  if (planned.changesMind === 'after confirmation' && order.status === 'confirmed')
    await cancel(counter, customer, order);
}

async function cancelInvoice(
  counter: Counter,
  customer: Customer,
  { invoice, order }: PlannedCancellation,
  ledger: Ledger,
): Promise<void> {
  const placed = ledger.orders.get(order);
  if (placed?.status === 'confirmed') await cancel(counter, customer, placed);
  else ledger.voidCancellations.push(invoice);
}
