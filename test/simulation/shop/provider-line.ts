import type { SimulatedProcess } from '@tradewind/testing/simulated';
import { answerWithin } from '../../../apps/payment/src/domain/payment.js';
import {
  ProviderUnreachable,
  type Found,
  type PaymentProvider,
  type RefundRequest,
  type RefundResult,
  type TakeRequest,
  type TakeResult,
  type VoidResult,
} from '../../../apps/payment/src/provider/payment-provider.js';

/**
 * The way from one process to the provider. What is asked may be lost, late or done without an answer, as for any other call;
 * the provider does not know or care whether the caller still lives. As over HTTP, a caller gives up after a while.
 */
export class ProviderLine implements PaymentProvider {
  constructor(
    private readonly life: SimulatedProcess,
    private readonly provider: PaymentProvider,
  ) {}

  take(request: TakeRequest): Promise<TakeResult> {
    return this.#ask('take', () => this.provider.take(request));
  }

  refund(request: RefundRequest): Promise<RefundResult> {
    return this.#ask('refund', () => this.provider.refund(request));
  }

  find(key: string): Promise<Found> {
    return this.#ask('find', () => this.provider.find(key));
  }

  void(key: string): Promise<VoidResult> {
    return this.#ask('void', () => this.provider.void(key));
  }

  #ask<T>(operation: string, effect: () => Promise<T>): Promise<T> {
    const failure = (why: string): Error => new ProviderUnreachable(`${operation}: ${why}`, true);
    return new Promise((resolve, reject) => {
      const giveUp = this.life.world.timers.after(answerWithin, () => reject(failure('no answer in time')));
      this.life.call({ peer: 'provider', operation, effect, failure }).finally(giveUp).then(resolve, reject);
    });
  }
}
