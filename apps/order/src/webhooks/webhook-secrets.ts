import { Inject, Injectable } from '@nestjs/common';
import { dataKeySecret, newDataKey, Randomness, unwrap, wrap } from '@tradewind/service';
import { OrderConfig } from '../order.config.js';

/** The secrets of endpoints: shown once when they are made, and stored encrypted with the deployment's secret. */
@Injectable()
export class WebhookSecrets {
  readonly #secret: Buffer;

  constructor(
    config: OrderConfig,
    @Inject(Randomness) private readonly randomness: Randomness,
  ) {
    this.#secret = dataKeySecret(config.DATA_KEY_SECRET);
  }

  make(endpointId: string): { readonly secret: string; readonly wrappedSecret: string } {
    const key = newDataKey(this.randomness);
    return { secret: textOf(key), wrappedSecret: wrap(this.#secret, endpointId, key, this.randomness) };
  }

  unwrap({ endpointId, wrappedSecret }: { readonly endpointId: string; readonly wrappedSecret: string }): string {
    return textOf(unwrap(this.#secret, endpointId, wrappedSecret));
  }
}

const textOf = (key: Buffer): string => `whsec_${key.toString('base64url')}`;
