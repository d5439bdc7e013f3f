import { systemTimers } from '@tradewind/messaging';
import { InProcessProvider } from '../src/provider/in-process-provider.js';
import { ProviderUnreachable, type PaymentProvider, type TakeRequest } from '../src/provider/payment-provider.js';

/** The provider of the tests, and the line to it, which may be cut: for everything, or for what takes money. */
export class CutLine implements PaymentProvider {
  readonly provider = new InProcessProvider({ timers: systemTimers, answerWithin: 200, slow: 50 });
  cut: 'nothing' | 'takes' | 'everything' = 'nothing';
  calls = 0;

  async take(request: TakeRequest, signal?: AbortSignal) {
    if (this.cut === 'takes') throw new ProviderUnreachable('no answer to a take', true);
    return this.#through().take(request, signal);
  }
  refund: PaymentProvider['refund'] = async (request, signal) => this.#through().refund(request, signal);
  find: PaymentProvider['find'] = async (key, signal) => this.#through().find(key, signal);
  void: PaymentProvider['void'] = async (key, signal) => this.#through().void(key, signal);

  #through(): PaymentProvider {
    this.calls++;
    if (this.cut === 'everything') throw new ProviderUnreachable('the provider is away', false);
    return this.provider;
  }
}
