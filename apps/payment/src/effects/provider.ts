import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { PaymentProvider } from '../provider/payment-provider.js';

/** Injection token and type of the payment provider. */
export const Provider = Symbol('Provider');
export type Provider = PaymentProvider & { close?(): Promise<void> };

/** Closes the connections to the provider after the last effect has ended. */
@Injectable()
export class ProviderShutdown implements OnApplicationShutdown {
  constructor(@Inject(Provider) private readonly provider: Provider) {}

  async onApplicationShutdown(): Promise<void> {
    await this.provider.close?.();
  }
}
