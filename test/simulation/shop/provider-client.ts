import type { SimulatedProcess } from '@tradewind/simulation';
import { answerTimeoutMs } from '../../../apps/payment/src/domain/payment.js';
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
 * The connection of one process to the provider. As with any other call, requests and responses may be lost or late, and the
 * provider does not know whether the caller still runs. As over HTTP, the caller gives up after a timeout.
 */
export class ProviderClient implements PaymentProvider {
  constructor(
    private readonly process: SimulatedProcess,
    private readonly provider: PaymentProvider,
  ) {}

  take(request: TakeRequest): Promise<TakeResult> {
    return this.#call('take', () => this.provider.take(request));
  }

  refund(request: RefundRequest): Promise<RefundResult> {
    return this.#call('refund', () => this.provider.refund(request));
  }

  find(key: string): Promise<Found> {
    return this.#call('find', () => this.provider.find(key));
  }

  void(key: string): Promise<VoidResult> {
    return this.#call('void', () => this.provider.void(key));
  }

  #call<T>(operation: string, apply: () => Promise<T>): Promise<T> {
    const connectionError = (reason: string): Error => new ProviderUnreachable(`${operation}: ${reason}`, true);
    return new Promise((resolve, reject) => {
      const cancelTimeout = this.process.runtimePorts.timers.after(answerTimeoutMs, () =>
        reject(connectionError('no response in time')),
      );
      this.process
        .call({ peer: 'provider', operation, apply, connectionError })
        .finally(cancelTimeout)
        .then(resolve, reject);
    });
  }
}
