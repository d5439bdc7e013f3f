import { afterEach, describe, expect, it } from '@jest/globals';
import { money } from '@tradewind/kernel';
import {
  ProviderMisused,
  ProviderUnreachable,
  type PaymentProvider,
  type RefundRequest,
  type TakeRequest,
} from './payment-provider.js';

export interface ProviderTiming {
  /** Timeout of a call, in milliseconds. */
  readonly answerTimeoutMs: number;
  /** Delay of the first answer to a take by `sim_slow`, in milliseconds. */
  readonly slowMs: number;
}

export interface ProviderUnderTest {
  readonly provider: PaymentProvider;
  close(): Promise<void>;
}

const longTimeout: ProviderTiming = { answerTimeoutMs: 20_000, slowMs: 50 };
const shortTimeout: ProviderTiming = { answerTimeoutMs: 300, slowMs: 60_000 };

const aTake = (more: Partial<TakeRequest> = {}): TakeRequest => ({
  key: 'o1:take:1',
  amount: money(1999, 'GBP'),
  method: 'sim_ok',
  ...more,
});
const aRefund = (more: Partial<RefundRequest> = {}): RefundRequest => ({
  key: 'o1:refund:1',
  takeKey: 'o1:take:1',
  amount: money(500, 'GBP'),
  reason: 'full refund',
  ...more,
});
const takenAlready = { status: 'taken', reference: expect.any(String), amount: money(1999, 'GBP') };

/** The conformance suite of the provider port, for all its adapters. `make` creates a provider without operations. */
export function describeProvider(name: string, make: (timing: ProviderTiming) => Promise<ProviderUnderTest>): void {
  let created: ProviderUnderTest[] = [];
  const aProvider = async (timing = longTimeout): Promise<PaymentProvider> => {
    const under = await make(timing);
    created.push(under);
    return under.provider;
  };
  const unreachable = (outcomeUnknown: boolean) =>
    expect.objectContaining({ constructor: ProviderUnreachable, outcomeUnknown });

  describe(`${name}: a provider`, () => {
    afterEach(async () => {
      await Promise.all(created.map((each) => each.close()));
      created = [];
    });

    describe('that is called to take money', () => {
      it('takes it once, and repeats its answer', async () => {
        const provider = await aProvider();
        const first = await provider.take(aTake());
        expect(first).toEqual(takenAlready);
        expect(await provider.take(aTake())).toEqual(first);
        expect(await provider.find('o1:take:1')).toEqual(first);
      });
      it('takes it once for many concurrent calls', async () => {
        const provider = await aProvider();
        const answers = await Promise.all(Array.from({ length: 50 }, () => provider.take(aTake())));
        expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      });
      it('takes an amount of 0 too', async () => {
        const provider = await aProvider();
        expect(await provider.take(aTake({ amount: money(0, 'GBP') }))).toMatchObject({
          status: 'taken',
          amount: money(0, 'GBP'),
        });
      });
      it.each([{ amount: money(2000, 'GBP') }, { amount: money(1999, 'EUR') }, { method: 'sim_declined' }])(
        'refuses a key that is reused with %j',
        async (other) => {
          const provider = await aProvider();
          await provider.take(aTake());
          expect(await provider.take(aTake(other))).toEqual({ status: 'refused', reason: 'key-reused' });
        },
      );
      it.each([
        ['sim_declined', 'card-declined'],
        ['constructor', 'unknown-method'],
      ])('declines %s: %s, now and later', async (method, reason) => {
        const provider = await aProvider();
        const answer = { status: 'declined', reason };
        expect(await provider.take(aTake({ method }))).toEqual(answer);
        expect(await provider.take(aTake({ method }))).toEqual(answer);
        expect(await provider.find('o1:take:1')).toEqual(answer);
      });
      it.each([1.5, -1, Number.NaN, 1e308])('rejects the amount %p', async (amount) => {
        const provider = await aProvider();
        await expect(provider.take(aTake({ amount: { amount, currency: 'GBP' } }))).rejects.toThrow(ProviderMisused);
        expect(await provider.find('o1:take:1')).toEqual({ status: 'absent' });
      });
    });

    describe('that is called to refund', () => {
      it('refunds once per key, and the take stays taken', async () => {
        const provider = await aProvider();
        await provider.take(aTake());
        const answers = await Promise.all(
          Array.from({ length: 20 }, () => provider.refund(aRefund({ amount: money(1999, 'GBP') }))),
        );
        expect(answers[0]).toEqual({ status: 'refunded', reference: expect.any(String), amount: money(1999, 'GBP') });
        expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
        expect(await provider.find('o1:refund:1')).toEqual(answers[0]);
        expect(await provider.find('o1:take:1')).toEqual(takenAlready);
        expect(await provider.take(aTake())).toEqual(takenAlready);
      });
      it('never refunds more than was taken, even for concurrent calls', async () => {
        const provider = await aProvider();
        await provider.take(aTake());
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, index) => provider.refund(aRefund({ key: `r${index}` }))),
        );
        expect(answers.filter(({ status }) => status === 'refunded')).toHaveLength(3);
        expect(answers.filter(({ status }) => status === 'refused')).toHaveLength(7);
        expect(await provider.refund(aRefund({ key: 'rest', amount: money(499, 'GBP') }))).toMatchObject({
          status: 'refunded',
        });
        expect(await provider.refund(aRefund({ key: 'penny', amount: money(1, 'GBP') }))).toEqual({
          status: 'refused',
          reason: 'exceeds-taken',
        });
      });
      it('refuses without a take, in another currency, and with the key of another request', async () => {
        const provider = await aProvider();
        expect(await provider.refund(aRefund())).toEqual({ status: 'refused', reason: 'not-taken' });
        await provider.take(aTake());
        expect(await provider.refund(aRefund({ amount: money(1, 'EUR') }))).toEqual({
          status: 'refused',
          reason: 'other-currency',
        });
        expect(await provider.refund(aRefund({ key: 'o1:take:1' }))).toEqual({
          status: 'refused',
          reason: 'key-reused',
        });
        await provider.refund(aRefund());
        expect(await provider.refund(aRefund({ amount: money(501, 'GBP') }))).toEqual({
          status: 'refused',
          reason: 'key-reused',
        });
        expect(await provider.take(aTake({ key: 'o1:refund:1' }))).toEqual({ status: 'refused', reason: 'key-reused' });
      });
    });

    describe('that is called to void a key', () => {
      it('never takes money with it afterwards', async () => {
        const provider = await aProvider();
        expect(await provider.void('o1:take:1')).toEqual({ status: 'voided' });
        expect(await provider.void('o1:take:1')).toEqual({ status: 'voided' });
        expect(await provider.take(aTake())).toEqual({ status: 'voided' });
        expect(await provider.find('o1:take:1')).toEqual({ status: 'voided' });
        expect(await provider.refund(aRefund())).toEqual({ status: 'refused', reason: 'not-taken' });
      });
      it('voids a declined key', async () => {
        const provider = await aProvider();
        await provider.take(aTake({ method: 'sim_declined' }));
        expect(await provider.void('o1:take:1')).toEqual({ status: 'voided' });
        expect(await provider.take(aTake({ method: 'sim_declined' }))).toEqual({ status: 'voided' });
      });
      it('answers taken if the money is already taken', async () => {
        const provider = await aProvider();
        await provider.take(aTake());
        expect(await provider.void('o1:take:1')).toEqual(takenAlready);
      });
      it('gives a concurrent take and void the same answer', async () => {
        const provider = await aProvider();
        for (let round = 0; round < 50; round++) {
          const key = `race-${round}`;
          const both =
            round % 2
              ? [provider.take(aTake({ key })), provider.void(key)]
              : [provider.void(key), provider.take(aTake({ key }))];
          const [one, other] = await Promise.all(both);
          expect(one).toEqual(other);
          expect(await provider.find(key)).toEqual(one);
        }
      });
      it('does not void a refund', async () => {
        const provider = await aProvider();
        await provider.take(aTake());
        await provider.refund(aRefund());
        await expect(provider.void('o1:refund:1')).rejects.toThrow(ProviderMisused);
      });
    });

    describe('that is asked for an unknown key', () => {
      it('answers absent', async () =>
        expect(await (await aProvider()).find('o1/tåke?:1')).toEqual({ status: 'absent' }));
    });

    describe('with simulated faults', () => {
      it('takes sim_slow, late', async () => {
        const provider = await aProvider();
        expect(await provider.take(aTake({ method: 'sim_slow' }))).toEqual(takenAlready);
      });
      it('takes sim_slow although the call timed out', async () => {
        const provider = await aProvider(shortTimeout);
        await provider.find('o1:take:1');
        await expect(provider.take(aTake({ method: 'sim_slow' }))).rejects.toEqual(unreachable(true));
        expect(await provider.find('o1:take:1')).toEqual(takenAlready);
        expect(await provider.take(aTake({ method: 'sim_slow' }))).toEqual(takenAlready);
      });
      it('fails twice on sim_flaky without taking anything, then takes it', async () => {
        const provider = await aProvider();
        const take = () => provider.take(aTake({ method: 'sim_flaky' }));
        await expect(take()).rejects.toEqual(unreachable(false));
        await expect(take()).rejects.toEqual(unreachable(false));
        expect(await provider.find('o1:take:1')).toEqual({ status: 'absent' });
        expect(await take()).toEqual(takenAlready);
        expect(await take()).toEqual(takenAlready);
      });
      it('takes sim_lost although its first answer is lost', async () => {
        const provider = await aProvider();
        const take = () => provider.take(aTake({ method: 'sim_lost' }));
        await expect(take()).rejects.toEqual(unreachable(true));
        expect(await provider.find('o1:take:1')).toEqual(takenAlready);
        expect(await take()).toEqual(takenAlready);
        expect(await provider.void('o1:take:1')).toEqual(takenAlready);
      });
      it('never answers sim_down and takes nothing, but finds and voids', async () => {
        const provider = await aProvider(shortTimeout);
        await expect(provider.take(aTake({ method: 'sim_down' }))).rejects.toEqual(unreachable(true));
        expect(await provider.find('o1:take:1')).toEqual({ status: 'absent' });
        expect(await provider.void('o1:take:1')).toEqual({ status: 'voided' });
        expect(await provider.find('o1:take:1')).toEqual({ status: 'voided' });
      });
    });

    describe('whose caller aborts', () => {
      it.each(['sim_down', 'sim_slow'])('ends a take by %s', async (method) => {
        const provider = await aProvider({ answerTimeoutMs: 20_000, slowMs: 60_000 });
        const call = new AbortController();
        const taken = expect(provider.take(aTake({ method }), call.signal)).rejects.toEqual(unreachable(true));
        await provider.find('o1:take:1');
        call.abort();
        await taken;
      });
      it('does nothing if the abort was before the call', async () => {
        const provider = await aProvider();
        await expect(provider.take(aTake(), AbortSignal.abort())).rejects.toEqual(unreachable(true));
        expect(await provider.find('o1:take:1')).toEqual({ status: 'absent' });
      });
    });
  });
}
