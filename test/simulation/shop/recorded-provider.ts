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
import type { Movement } from '../check/final-state.js';

/** Records every operation key that reaches the provider, so that all movements can be read after the run. */
export class RecordedProvider implements PaymentProvider {
  readonly #takeKeys = new Map<string, string>();
  #calls = 0;

  constructor(private readonly provider: PaymentProvider) {}

  /** Number of calls that take, refund or void, repeated ones included. */
  get calls(): number {
    return this.#calls;
  }

  take(request: TakeRequest): Promise<TakeResult> {
    this.#record(request.key, request.key);
    return this.provider.take(request);
  }

  refund(request: RefundRequest): Promise<RefundResult> {
    this.#record(request.key, request.takeKey);
    return this.provider.refund(request);
  }

  find(key: string): Promise<Found> {
    return this.provider.find(key);
  }

  void(key: string): Promise<VoidResult> {
    this.#record(key, key);
    return this.provider.void(key);
  }

  /** All movements, as the provider itself reports each key. */
  async movements(): Promise<Movement[]> {
    const movements: Movement[] = [];
    for (const [key, takeKey] of this.#takeKeys) {
      const found = await this.provider.find(key);
      if (found.status === 'taken') movements.push({ key, takeKey, amount: minorUnits(found.amount) });
      if (found.status === 'refunded') movements.push({ key, takeKey, amount: -minorUnits(found.amount) });
    }
    return movements;
  }

  #record(key: string, takeKey: string): void {
    this.#calls++;
    this.#takeKeys.set(key, takeKey);
  }
}

const minorUnits = ({ amount }: Money): number => amount;
