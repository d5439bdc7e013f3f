import type { Money } from '@tradewind/kernel';
import type {
  Found,
  PaymentProvider,
  RefundRequest,
  RefundResult,
  TakeRequest,
  TakeResult,
  VoidResult,
} from '../../../apps/payment/src/provider/payment-provider.js';

/** A movement of money as the provider has it: positive came in, negative went back. */
export interface Movement {
  readonly key: string;
  /** The take that it is, or gives back. */
  readonly takeKey: string;
  readonly amount: number;
}

/** Stands at the provider's own door: notes every key that anybody ever asked with, so that its book can be read afterwards. */
export class ProviderBook implements PaymentProvider {
  readonly #takeKeys = new Map<string, string>();
  #calls = 0;

  constructor(private readonly provider: PaymentProvider) {}

  /** How often money was asked for or given back, repeats counted. */
  get calls(): number {
    return this.#calls;
  }

  take(request: TakeRequest): Promise<TakeResult> {
    this.#note(request.key, request.key);
    return this.provider.take(request);
  }

  refund(request: RefundRequest): Promise<RefundResult> {
    this.#note(request.key, request.takeKey);
    return this.provider.refund(request);
  }

  find(key: string): Promise<Found> {
    return this.provider.find(key);
  }

  void(key: string): Promise<VoidResult> {
    this.#note(key, key);
    return this.provider.void(key);
  }

  /** Everything that has moved, by what the provider itself says of each key. */
  async movements(): Promise<Movement[]> {
    const moved: Movement[] = [];
    for (const [key, takeKey] of this.#takeKeys) {
      const found = await this.provider.find(key);
      if (found.status === 'taken') moved.push({ key, takeKey, amount: inPence(found.amount) });
      if (found.status === 'refunded') moved.push({ key, takeKey, amount: -inPence(found.amount) });
    }
    return moved;
  }

  #note(key: string, takeKey: string): void {
    this.#calls++;
    this.#takeKeys.set(key, takeKey);
  }
}

const inPence = ({ amount }: Money): number => amount;
