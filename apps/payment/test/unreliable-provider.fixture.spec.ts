import { systemTimers } from '@tradewind/messaging/internals';
import { InProcessProvider } from '../src/provider/in-process-provider.js';
import { ProviderUnreachable, type PaymentProvider, type TakeRequest } from '../src/provider/payment-provider.js';

/** An in-process provider that can be made unreachable, for all calls or for takes only. */
export class UnreliableProvider implements PaymentProvider {
  readonly provider = new InProcessProvider({ timers: systemTimers, answerTimeoutMs: 200, slowMs: 50 });
  unreachableFor: 'nothing' | 'takes' | 'everything' = 'nothing';
  calls = 0;

  async take(request: TakeRequest, signal?: AbortSignal) {
    if (this.unreachableFor === 'takes') throw new ProviderUnreachable('no answer to a take', true);
    return this.#reached().take(request, signal);
  }
  refund: PaymentProvider['refund'] = async (request, signal) => this.#reached().refund(request, signal);
  find: PaymentProvider['find'] = async (key, signal) => this.#reached().find(key, signal);
  void: PaymentProvider['void'] = async (key, signal) => this.#reached().void(key, signal);

  #reached(): PaymentProvider {
    this.calls++;
    if (this.unreachableFor === 'everything') throw new ProviderUnreachable('the provider is down', false);
    return this.provider;
  }
}
