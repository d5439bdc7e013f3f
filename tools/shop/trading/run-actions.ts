import type { Buyer, PlannedCancellation, PlannedOrder } from '../retail/plan.js';
import { forEachInOrderPerKey } from './concurrency.js';
import { ShopUnavailable, UnexpectedAnswer } from './gateway-client.js';
import { awaitOutcome, cancel, checkOut, type TradingContext, type Customer, type PlacedOrder } from './place-order.js';

export interface TradingError {
  readonly invoice: string;
  readonly message: string;
}

/** The results so far; the progress line reads them during the simulation. */
export class TradingResults {
  readonly orders = new Map<string, PlacedOrder>();
  readonly errors: TradingError[] = [];
  /** Cancellations of the file whose order was not confirmed, so that there was nothing to cancel. */
  readonly voidCancellations: string[] = [];
  done = 0;
  /** Actions that were not started because the shop was unreachable. */
  skipped = 0;
}

/**
 * Executes the actions in the order of time, at most `limit` concurrently, and those of one buyer one after another. Records the
 * error of an action and continues with the others. After ShopUnavailable, starts no more actions.
 */
export async function runActions(
  context: TradingContext,
  customers: ReadonlyMap<Buyer, Customer>,
  actions: readonly (PlannedOrder | PlannedCancellation)[],
  limit: number,
  results: TradingResults,
  signal?: AbortSignal,
): Promise<void> {
  let unreachable = false;
  await forEachInOrderPerKey(
    limit,
    actions,
    ({ buyer }) => buyer,
    async (action) => {
      if (unreachable) return void results.skipped++;
      try {
        const customer = customers.get(action.buyer)!;
        if (action.type === 'order') await placeOrder(context, customer, action, results);
        else await cancelInvoice(context, customer, action, results);
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof UnexpectedAnswer)) throw error;
        unreachable ||= error instanceof ShopUnavailable;
        results.errors.push({ invoice: action.invoice, message: error.message });
      }
      results.done++;
    },
  );
}

async function placeOrder(
  context: TradingContext,
  customer: Customer,
  planned: PlannedOrder,
  results: TradingResults,
): Promise<void> {
  const { order, since } = await checkOut(context, customer, planned);
  results.orders.set(planned.invoice, order);
  if (planned.cancels === 'while pending') return cancel(context, customer, order);
  await awaitOutcome(context, customer, order, since);
  if (planned.cancels === 'after confirmation' && order.status === 'confirmed') await cancel(context, customer, order);
}

async function cancelInvoice(
  context: TradingContext,
  customer: Customer,
  { invoice, order }: PlannedCancellation,
  results: TradingResults,
): Promise<void> {
  const placed = results.orders.get(order);
  if (placed?.status === 'confirmed') await cancel(context, customer, placed);
  else results.voidCancellations.push(invoice);
}
