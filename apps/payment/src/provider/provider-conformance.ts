import { afterEach, describe, expect, it } from '@jest/globals';
import { money } from '@tradewind/kernel';
import {
  ProviderMisused,
  ProviderUnreachable,
  type PaymentProvider,
  type RefundRequest,
  type TakeRequest,
} from './payment-provider.js';

export interface Patience {
  /** Milliseconds after which a call is given up. */
  readonly answerWithin: number;
  /** How late the first answer to a take by `sim_slow` comes, in milliseconds. */
  readonly slow: number;
}

export interface ProviderUnderTest {
  readonly provider: PaymentProvider;
  close(): Promise<void>;
}

const patient: Patience = { answerWithin: 20_000, slow: 50 };
const impatient: Patience = { answerWithin: 300, slow: 60_000 };

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
  reason: 'order undone',
  ...more,
});
const takenAlready = { status: 'taken', reference: expect.any(String), amount: money(1999, 'GBP') };

/** What every adapter of the provider port does, the real one and the one for tests alike. `make` gives a provider that has seen nothing yet. */
export function describeProvider(name: string, make: (patience: Patience) => Promise<ProviderUnderTest>): void {
  let made: ProviderUnderTest[] = [];
  const aProvider = async (patience = patient): Promise<PaymentProvider> => {
    const under = await make(patience);
    made.push(under);
    return under.provider;
  };
  const gone = (outcomeUnknown: boolean) =>
    expect.objectContaining({ constructor: ProviderUnreachable, outcomeUnknown });

  describe(`${name}: a provider`, () => {
    afterEach(async () => {
      await Promise.all(made.map((each) => each.close()));
      made = [];
    });

    describe('asked to take money', () => {
      it('takes it once, and says the same again', async () => {
        const provider = await aProvider();
        const first = await provider.take(aTake());
        expect(first).toEqual(takenAlready);
        expect(await provider.take(aTake())).toEqual(first);
        expect(await provider.find('o1:take:1')).toEqual(first);
      });
      it('takes it once when asked many times at once', async () => {
        const provider = await aProvider();
        const answers = await Promise.all(Array.from({ length: 50 }, () => provider.take(aTake())));
        expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      });
      it('takes a sum of nothing too', async () => {
        const provider = await aProvider();
        expect(await provider.take(aTake({ amount: money(0, 'GBP') }))).toMatchObject({
          status: 'taken',
          amount: money(0, 'GBP'),
        });
      });
      it.each([{ amount: money(2000, 'GBP') }, { amount: money(1999, 'EUR') }, { method: 'sim_declined' }])(
        'refuses a key that comes back with %j',
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
      it.each([1.5, -1, Number.NaN, 1e308])('does not try to take %p', async (amount) => {
        const provider = await aProvider();
        await expect(provider.take(aTake({ amount: { amount, currency: 'GBP' } }))).rejects.toThrow(ProviderMisused);
        expect(await provider.find('o1:take:1')).toEqual({ status: 'absent' });
      });
    });

    describe('asked to give money back', () => {
      it('does so once a key, and leaves the take a take', async () => {
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
      it('never gives back more than was taken, even to many at once', async () => {
        const provider = await aProvider();
        await provider.take(aTake());
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, at) => provider.refund(aRefund({ key: `r${at}` }))),
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
      it('refuses where nothing was taken, in another currency, and under a key of another request', async () => {
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

    describe('asked to void a key', () => {
      it('never takes money under it again', async () => {
        const provider = await aProvider();
        expect(await provider.void('o1:take:1')).toEqual({ status: 'voided' });
        expect(await provider.void('o1:take:1')).toEqual({ status: 'voided' });
        expect(await provider.take(aTake())).toEqual({ status: 'voided' });
        expect(await provider.find('o1:take:1')).toEqual({ status: 'voided' });
        expect(await provider.refund(aRefund())).toEqual({ status: 'refused', reason: 'not-taken' });
      });
      it('voids a declined one', async () => {
        const provider = await aProvider();
        await provider.take(aTake({ method: 'sim_declined' }));
        expect(await provider.void('o1:take:1')).toEqual({ status: 'voided' });
        expect(await provider.take(aTake({ method: 'sim_declined' }))).toEqual({ status: 'voided' });
      });
      it('says that it is too late once the money is taken', async () => {
        const provider = await aProvider();
        await provider.take(aTake());
        expect(await provider.void('o1:take:1')).toEqual(takenAlready);
      });
      it('while it is taken, lets one of the two win and tells both the same', async () => {
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

    describe('asked for a key that it never saw', () => {
      it('says that it is absent', async () =>
        expect(await (await aProvider()).find('o1/tåke?:1')).toEqual({ status: 'absent' }));
    });

    describe('that behaves badly', () => {
      it('takes sim_slow, late', async () => {
        const provider = await aProvider();
        expect(await provider.take(aTake({ method: 'sim_slow' }))).toEqual(takenAlready);
      });
      it('has taken sim_slow though nobody waited for the answer', async () => {
        const provider = await aProvider(impatient);
        await provider.find('o1:take:1');
        await expect(provider.take(aTake({ method: 'sim_slow' }))).rejects.toEqual(gone(true));
        expect(await provider.find('o1:take:1')).toEqual(takenAlready);
        expect(await provider.take(aTake({ method: 'sim_slow' }))).toEqual(takenAlready);
      });
      it('fails twice on sim_flaky without taking anything, then takes it', async () => {
        const provider = await aProvider();
        const take = () => provider.take(aTake({ method: 'sim_flaky' }));
        await expect(take()).rejects.toEqual(gone(false));
        await expect(take()).rejects.toEqual(gone(false));
        expect(await provider.find('o1:take:1')).toEqual({ status: 'absent' });
        expect(await take()).toEqual(takenAlready);
        expect(await take()).toEqual(takenAlready);
      });
      it('loses its first answer on sim_lost, and the money is taken', async () => {
        const provider = await aProvider();
        const take = () => provider.take(aTake({ method: 'sim_lost' }));
        await expect(take()).rejects.toEqual(gone(true));
        expect(await provider.find('o1:take:1')).toEqual(takenAlready);
        expect(await take()).toEqual(takenAlready);
        expect(await provider.void('o1:take:1')).toEqual(takenAlready);
      });
      it('never answers sim_down and takes nothing, yet finds and voids', async () => {
        const provider = await aProvider(impatient);
        await expect(provider.take(aTake({ method: 'sim_down' }))).rejects.toEqual(gone(true));
        expect(await provider.find('o1:take:1')).toEqual({ status: 'absent' });
        expect(await provider.void('o1:take:1')).toEqual({ status: 'voided' });
        expect(await provider.find('o1:take:1')).toEqual({ status: 'voided' });
      });
    });

    describe('whose caller gives up', () => {
      it.each(['sim_down', 'sim_slow'])('lets go of a take by %s', async (method) => {
        const provider = await aProvider({ answerWithin: 20_000, slow: 60_000 });
        const call = new AbortController();
        const taken = expect(provider.take(aTake({ method }), call.signal)).rejects.toEqual(gone(true));
        await provider.find('o1:take:1');
        call.abort();
        await taken;
      });
      it('is not asked at all when that was before the call', async () => {
        const provider = await aProvider();
        await expect(provider.take(aTake(), AbortSignal.abort())).rejects.toEqual(gone(true));
        expect(await provider.find('o1:take:1')).toEqual({ status: 'absent' });
      });
    });
  });
}
