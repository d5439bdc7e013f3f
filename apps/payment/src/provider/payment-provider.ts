import { Transient, type Money } from '@tradewind/kernel';

export interface TakeRequest {
  /** Derived from the order and the step (`<orderId>:take:1`), never random: it is what makes the take single. */
  readonly key: string;
  readonly amount: Money;
  readonly method: string;
}

export interface RefundRequest {
  readonly key: string;
  /** The key of the take that is given back, in part or in whole. */
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
  readonly reason: string;
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

/** The provider has never heard of the key. A take that is still on its way may arrive later: only `void` rules that out. */
export interface Absent {
  readonly status: 'absent';
}

/** The provider won't do what was asked, now or later: the key belongs to another request, or there is less to give back than was asked for. */
export interface Refused {
  readonly status: 'refused';
  readonly reason: 'key-reused' | 'not-taken' | 'exceeds-taken' | 'other-currency';
}

export type TakeResult = Taken | Declined | Voided | Refused;
export type RefundResult = Refunded | Refused;
export type Found = Taken | Declined | Refunded | Voided | Absent;
export type VoidResult = Voided | Taken;

/**
 * Those who hold the money. What they say is a value; to get no answer, or one that makes no sense, is thrown as ProviderUnreachable.
 * Every call may be repeated with the same key, at any time and from several places at once: it has one effect, and every
 * answer says the same. What was answered once stays true. The signal gives a call up early; that tells nothing about its outcome.
 */
export interface PaymentProvider {
  /** Takes the money, once a key. `voided` when the key was voided before. */
  take(request: TakeRequest, signal?: AbortSignal): Promise<TakeResult>;
  /** Gives money back, once a key; all refunds of a take together never exceed it. */
  refund(request: RefundRequest, signal?: AbortSignal): Promise<RefundResult>;
  /** What became of a take or a refund. Changes nothing. A take stays `taken` when it is refunded. */
  find(key: string, signal?: AbortSignal): Promise<Found>;
  /** Closes the key of a take. After `voided` a take with that key can never succeed, even one that is still on its way; `taken` says that it came too late. */
  void(key: string, signal?: AbortSignal): Promise<VoidResult>;
}

/** No answer that can be relied on. Try the same call again with the same key, or ask `find`. */
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

/** The call itself is wrong (a fault of this service, such as half a penny, or the void of a refund). Nothing was done, and trying again won't help. */
export class ProviderMisused extends Error {
  override readonly name = 'ProviderMisused';
}
