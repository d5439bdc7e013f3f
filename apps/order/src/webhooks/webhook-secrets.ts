import { Inject, Injectable } from '@nestjs/common';
import {
  dataKeySecrets,
  isCurrentlyWrapped,
  newDataKey,
  Randomness,
  unwrap,
  wrap,
  type KeySecrets,
} from '@tradewind/service';
import { OrderConfig } from '../order.config.js';

interface WrappedSecret {
  readonly endpointId: string;
  readonly wrappedSecret: string;
}

/** The secrets of endpoints: shown once when they are made, and stored encrypted with the deployment's secret. */
@Injectable()
export class WebhookSecrets {
  readonly #secrets: KeySecrets;

  constructor(
    config: OrderConfig,
    @Inject(Randomness) private readonly randomness: Randomness,
  ) {
    this.#secrets = dataKeySecrets(config.DATA_KEY_SECRET);
  }

  make(endpointId: string): { readonly secret: string; readonly wrappedSecret: string } {
    const key = newDataKey(this.randomness);
    return { secret: textOf(key), wrappedSecret: wrap(this.#secrets, endpointId, key, this.randomness) };
  }

  get currentId(): string {
    return this.#secrets.current.id;
  }

  isCurrent({ wrappedSecret }: { readonly wrappedSecret: string }): boolean {
    return isCurrentlyWrapped(this.#secrets, wrappedSecret);
  }

  /** The same secret, wrapped with the current secret of the deployment. */
  rewrap({ endpointId, wrappedSecret }: WrappedSecret): string {
    return wrap(this.#secrets, endpointId, unwrap(this.#secrets, endpointId, wrappedSecret), this.randomness);
  }

  unwrap({ endpointId, wrappedSecret }: WrappedSecret): string {
    return textOf(unwrap(this.#secrets, endpointId, wrappedSecret));
  }
}

const textOf = (key: Buffer): string => `whsec_${key.toString('base64url')}`;
