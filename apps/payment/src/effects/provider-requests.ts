import type { OrderId } from '@tradewind/contracts';
import { money, type Money } from '@tradewind/kernel';
import type { FullRefundResult } from '../domain/full-refund.js';
import { refundKey, takeKey } from '../domain/operation-keys.js';
import { heldOf, type Payment } from '../domain/payment.js';
import type { TakeOutcome } from '../domain/take.js';
import type { PaymentProvider } from '../provider/payment-provider.js';

/**
 * Takes the money of a requested payment. Undefined if the payment is settled or being refunded: the full refund then settles the take.
 * Throws without an answer; a retry uses the same key.
 */
export async function requestTake(
  provider: PaymentProvider,
  payment: Payment | undefined,
  signal: AbortSignal,
): Promise<TakeOutcome | undefined> {
  if (payment?.status !== 'requested') return undefined;
  const key = takeKey(payment.orderId);
  const result = await provider.take({ key, amount: payment.due, method: payment.method }, signal);
  // Never expected, because the key is used by this take only: an operator must look. The order's timeout compensates it.
  if (result.status === 'refused') throw new Error(`the provider refuses ${key}: ${result.reason}`);
  return result;
}

/**
 * Refunds everything that is held. A take without known outcome is voided first, so that it can never succeed; if it has already
 * succeeded, it is refunded. Throws until the provider has answered; each retry uses the same keys.
 */
export async function requestFullRefund(
  provider: PaymentProvider,
  payment: Payment | undefined,
  signal: AbortSignal,
): Promise<FullRefundResult | undefined> {
  if (payment?.status !== 'refunding') return undefined;
  const { orderId, due } = payment;
  if (payment.captured) return { refunded: await refund(provider, orderId, heldOf(payment), signal) };
  const take = await provider.void(takeKey(orderId), signal);
  return {
    take,
    refunded: take.status === 'voided' ? money(0, due.currency) : await refund(provider, orderId, take.amount, signal),
  };
}

async function refund(provider: PaymentProvider, orderId: OrderId, amount: Money, signal: AbortSignal): Promise<Money> {
  if (amount.amount === 0) return amount;
  const key = refundKey(orderId);
  const result = await provider.refund({ key, takeKey: takeKey(orderId), amount, reason: 'full refund' }, signal);
  if (result.status === 'refused') throw new Error(`the provider refuses ${key}: ${result.reason}`);
  return result.amount;
}
