import { money, type Money, type OrderId } from '@tradewind/kernel';
import type { GivenBack } from '../domain/give-back.js';
import { refundKey, takeKey } from '../domain/operation-keys.js';
import { heldOf, type Payment } from '../domain/payment.js';
import type { TakeOutcome } from '../domain/take.js';
import type { PaymentProvider } from '../provider/payment-provider.js';

/**
 * Asks for the money of a payment that is still wanted; undefined where it is settled or to be undone: its undo then settles
 * what became of the take. Rejects without an answer; asked again, it asks for the same.
 */
export async function askTake(
  provider: PaymentProvider,
  payment: Payment | undefined,
  signal: AbortSignal,
): Promise<TakeOutcome | undefined> {
  if (payment?.status !== 'requested') return undefined;
  const key = takeKey(payment.orderId);
  const result = await provider.take({ key, amount: payment.due, method: payment.method }, signal);
  // Never said to a take that is alone with its key: somebody must look. Until then the order's deadline undoes it.
  if (result.status === 'refused') throw new Error(`the provider refuses ${key}: ${result.reason}`);
  return result;
}

/**
 * Gives back everything that is held. A take that nobody knows the end of is settled first: it is voided, so that it can never
 * succeed, or, where that is too late, given back. Rejects until the provider has done it; each try asks for the same.
 */
export async function askBack(
  provider: PaymentProvider,
  payment: Payment | undefined,
  signal: AbortSignal,
): Promise<GivenBack | undefined> {
  if (payment?.status !== 'refunding') return undefined;
  const { orderId, due } = payment;
  if (payment.captured) return { given: await refund(provider, orderId, heldOf(payment), signal) };
  const take = await provider.void(takeKey(orderId), signal);
  return {
    take,
    given: take.status === 'voided' ? money(0, due.currency) : await refund(provider, orderId, take.amount, signal),
  };
}

async function refund(provider: PaymentProvider, orderId: OrderId, amount: Money, signal: AbortSignal): Promise<Money> {
  if (amount.amount === 0) return amount;
  const key = refundKey(orderId);
  const result = await provider.refund({ key, takeKey: takeKey(orderId), amount, reason: 'order undone' }, signal);
  if (result.status === 'refused') throw new Error(`the provider refuses ${key}: ${result.reason}`);
  return result.amount;
}
