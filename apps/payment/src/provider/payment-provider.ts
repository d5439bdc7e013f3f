import type { DeclineReason } from '@tradewind/contracts';
import { Transient, type Money } from '@tradewind/kernel';

export interface TakeRequest {
  /** Idempotency key, derived from the order (`<orderId>:take:1`), never random. */
  readonly key: string;
  readonly amount: Money;
  readonly method: string;
}

export interface RefundRequest {
  readonly key: string;
  /** The key of the take to refund, in part or in full. */
  readonly takeKey: string;
  readonly amount: Money;
  readonly reason: string;
}

export interface Taken {
  readonly status: 'taken';
  readonly reference: string;
  readonly amount: Money;
}

export interface Declined {
  readonly status: 'declined';
  readonly reason: DeclineReason;
}

export interface Refunded {
  readonly status: 'refunded';
  readonly reference: string;
  readonly amount: Money;
}

/** The key is closed: no take with it has succeeded or ever will. */
export interface Voided {
  readonly status: 'voided';
}

/** The provider does not know the key. A take in flight may arrive later: only `void` rules that out. */
export interface Absent {
  readonly status: 'absent';
}

/** The provider refuses the request for good: the key belongs to another request, or the refund is larger than what is left. */
export interface Refused {
  readonly status: 'refused';
  readonly reason: 'key-reused' | 'not-taken' | 'exceeds-taken' | 'other-currency';
}

export type TakeResult = Taken | Declined | Voided | Refused;
export type RefundResult = Refunded | Refused;
export type Found = Taken | Declined | Refunded | Voided | Absent;
export type VoidResult = Voided | Taken;

/**
 * The payment provider. Answers are values; a missing or invalid answer throws ProviderUnreachable.
 * Every call may be repeated with the same key, at any time and concurrently: it has one effect, and every answer is the same.
 * An answer never changes later. The signal aborts the call early; its outcome is then unknown.
 */
export interface PaymentProvider {
  /** Takes the money, once per key. `voided` if the key was voided before. */
  take(request: TakeRequest, signal?: AbortSignal): Promise<TakeResult>;
  /** Refunds, once per key. All refunds of a take never exceed it. */
  refund(request: RefundRequest, signal?: AbortSignal): Promise<RefundResult>;
  /** The outcome of a take or refund. Changes nothing. A refunded take stays `taken`. */
  find(key: string, signal?: AbortSignal): Promise<Found>;
  /** Closes the key of a take. After `voided` a take with that key can never succeed, even one in flight; `taken`: too late. */
  void(key: string, signal?: AbortSignal): Promise<VoidResult>;
}

/** No reliable answer. Repeat the call with the same key, or call `find`. */
export class ProviderUnreachable extends Transient {
  /**
   * @param outcomeUnknown true: this call may have had its effect. false: this call certainly did nothing
   *   (an earlier one with the same key still may have).
   */
  constructor(
    message: string,
    readonly outcomeUnknown: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The call is invalid: a bug of this service, such as half a penny or the void of a refund. Nothing was done; a retry does not help. */
export class ProviderMisused extends Error {
  override readonly name = 'ProviderMisused';
}
