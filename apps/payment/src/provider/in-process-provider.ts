import { sameMoney, type Money, type Timers } from '@tradewind/kernel';
import {
  ProviderMisused,
  ProviderUnreachable,
  type Declined,
  type Found,
  type PaymentProvider,
  type RefundRequest,
  type RefundResult,
  type Refunded,
  type Refused,
  type Taken,
  type TakeRequest,
  type TakeResult,
  type Voided,
  type VoidResult,
} from './payment-provider.js';

export interface InProcessSettings {
  readonly timers: Timers;
  /** Timeout of a call, in milliseconds. */
  readonly answerTimeoutMs?: number;
  /** Delay of the first answer to a take by `sim_slow`, in milliseconds. */
  readonly slowMs?: number;
}

type Operation =
  | {
      readonly kind: 'take';
      readonly request: TakeRequest;
      readonly result: Taken | Declined;
      readonly refunded: number;
    }
  | { readonly kind: 'refund'; readonly request: RefundRequest; readonly result: Refunded }
  | { readonly kind: 'void'; readonly result: Voided };

const refused = (reason: Refused['reason']): Refused => ({ status: 'refused', reason });

/** The simulated provider in memory, without a process or network: for tests and benchmarks. */
export class InProcessProvider implements PaymentProvider {
  readonly #operations = new Map<string, Operation>();
  readonly #failures = new Map<string, number>();
  readonly #timers: Timers;
  readonly #answerWithin: number;
  readonly #slow: number;
  #references = 0;

  constructor({ timers, answerTimeoutMs: answerWithin = 5_000, slowMs: slow = 3_000 }: InProcessSettings) {
    this.#timers = timers;
    this.#answerWithin = answerWithin;
    this.#slow = slow;
  }

  async take(request: TakeRequest, signal?: AbortSignal): Promise<TakeResult> {
    this.#check(`take ${request.key}`, request.amount, signal);
    const { key, method } = request;
    if (method === 'sim_down') return this.#noAnswer(key, signal);
    const known = this.#operations.get(key);
    if (known !== undefined) return repeatedAnswer(known, request);
    if (method === 'sim_flaky') this.#failTwice(key);
    const result = this.#decide(request);
    this.#operations.set(key, { kind: 'take', request, result, refunded: 0 });
    if (method === 'sim_lost') throw new ProviderUnreachable(`the answer to take ${key} was lost`, true);
    if (method === 'sim_slow') await this.#answerLate(key, signal);
    return result;
  }

  async refund(request: RefundRequest, signal?: AbortSignal): Promise<RefundResult> {
    this.#check(`refund ${request.key}`, request.amount, signal);
    const { key, takeKey, amount } = request;
    const known = this.#operations.get(key);
    if (known !== undefined) {
      const same =
        known.kind === 'refund' && known.request.takeKey === takeKey && sameMoney(known.request.amount, amount);
      return same ? known.result : refused('key-reused');
    }
    const source = this.#operations.get(takeKey);
    if (source?.kind !== 'take' || source.result.status !== 'taken') return refused('not-taken');
    if (source.request.amount.currency !== amount.currency) return refused('other-currency');
    if (source.refunded + amount.amount > source.request.amount.amount) return refused('exceeds-taken');
    const result: Refunded = { status: 'refunded', reference: this.#reference(), amount };
    this.#operations.set(takeKey, { ...source, refunded: source.refunded + amount.amount });
    this.#operations.set(key, { kind: 'refund', request, result });
    return result;
  }

  async find(key: string, signal?: AbortSignal): Promise<Found> {
    this.#check(`find ${key}`, undefined, signal);
    return this.#operations.get(key)?.result ?? { status: 'absent' };
  }

  async void(key: string, signal?: AbortSignal): Promise<VoidResult> {
    this.#check(`void ${key}`, undefined, signal);
    const known = this.#operations.get(key)?.result;
    switch (known?.status) {
      case 'taken':
      case 'voided':
        return known;
      case 'refunded':
        throw new ProviderMisused(`the provider can't void ${key}: the key is not that of a take`);
      case 'declined':
      case undefined: {
        const result: Voided = { status: 'voided' };
        this.#operations.set(key, { kind: 'void', result });
        return result;
      }
    }
  }

  #check(to: string, amount: Money | undefined, signal: AbortSignal | undefined): void {
    if (signal?.aborted)
      throw new ProviderUnreachable(`the provider was not called to ${to}: aborted by the caller`, true);
    if (
      amount === undefined ||
      (Number.isSafeInteger(amount.amount) && amount.amount >= 0 && /^[A-Z]{3}$/.test(amount.currency))
    )
      return;
    throw new ProviderMisused(
      `the provider can't ${to}: the amount must be whole minor units of an ISO 4217 currency, 0 or more`,
    );
  }

  #decide({ method, amount }: TakeRequest): Taken | Declined {
    switch (method) {
      case 'sim_ok':
      case 'sim_slow':
      case 'sim_flaky':
      case 'sim_lost':
        return { status: 'taken', reference: this.#reference(), amount };
      case 'sim_declined':
        return { status: 'declined', reason: 'card-declined' };
      default:
        return { status: 'declined', reason: 'unknown-method' };
    }
  }

  #failTwice(key: string): void {
    const failed = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failed + 1);
    if (failed < 2) throw new ProviderUnreachable(`the provider is not ready to take ${key}`, false);
    this.#failures.delete(key);
  }

  async #answerLate(key: string, signal: AbortSignal | undefined): Promise<void> {
    if (this.#slow > this.#answerWithin) return this.#noAnswer(key, signal);
    await this.#timers.wait(this.#slow, signal);
    if (signal?.aborted) throw new ProviderUnreachable(`take ${key} was aborted by the caller`, true);
  }

  async #noAnswer(key: string, signal: AbortSignal | undefined): Promise<never> {
    await this.#timers.wait(this.#answerWithin, signal);
    throw new ProviderUnreachable(`no answer to take ${key} within ${this.#answerWithin} ms`, true);
  }

  #reference(): string {
    return `sim_${++this.#references}`;
  }
}

function repeatedAnswer(known: Operation, request: TakeRequest): TakeResult {
  switch (known.kind) {
    case 'void':
      return known.result;
    case 'refund':
      return refused('key-reused');
    case 'take': {
      const { request: first, result } = known;
      return sameMoney(first.amount, request.amount) && first.method === request.method
        ? result
        : refused('key-reused');
    }
  }
}
