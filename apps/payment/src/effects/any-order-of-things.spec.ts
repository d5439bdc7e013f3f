import { describe, expect, it } from '@jest/globals';
import { isRefusal, money, orderId, userId, type Refusal, type Timers } from '@tradewind/kernel';
import {
  makeMessage,
  type Circumstances,
  type Decision,
  type Effect,
  type Rows,
  type Wish,
} from '@tradewind/messaging';
import fc from 'fast-check';
import { clearing, customer, goodwill, type LedgerEntry } from '../domain/ledger.js';
import { goodwillKey, refundKey, takeKey } from '../domain/operation-keys.js';
import { heldOf, type Payment } from '../domain/payment.js';
import { owedOf } from '../domain/rebuild.js';
import type { Refund } from '../domain/refund.js';
import { grantGoodwill } from '../handlers/grant-goodwill.command.js';
import { hearWebhook } from '../handlers/hear-webhook.command.js';
import { RefundPaymentHandler } from '../handlers/refund-payment.handler.js';
import { TakePaymentHandler } from '../handlers/take-payment.handler.js';
import { InProcessProvider } from '../provider/in-process-provider.js';
import { ProviderUnreachable } from '../provider/payment-provider.js';
import { rebuildPayments, type Told } from '../rebuild.js';
import type { WebhookEvent } from '../storage/payment.tables.js';
import { GiveBackEffect } from './give-back.effect.js';
import { GoodwillEffect } from './goodwill.effect.js';
import { LookUpTakeEffect } from './look-up-take.effect.js';
import { TakePaymentEffect } from './take-payment.effect.js';

const order = orderId('01991234-5678-7000-8000-000000000001');
const buyer = userId('01991234-5678-7000-8000-00000000000b');
const price = money(1_000, 'GBP');
const attempt = { number: 1, signal: new AbortController().signal };
/** Nobody waits here: what takes long is given up at once. */
const timers: Timers = { after: () => () => undefined, wait: () => Promise.resolve() };

/** An effect on its way: wished, or its row read, or answered by the provider. */
interface Underway {
  readonly wish: Wish;
  read?: { readonly payment: Payment | undefined };
  heard?: { readonly result: unknown };
}

/** All that any decision asks for. */
type Everything = Circumstances & {
  readonly payments: Rows<Payment>;
  readonly refunds: Rows<Refund>;
  readonly heard: Rows<WebhookEvent>;
};

/** The service with the rows of one order in memory, workers that may stop anywhere, and a provider. */
class Till {
  readonly provider = new InProcessProvider({ timers, answerWithin: 100, slow: 1_000 });
  readonly underway: Underway[] = [];
  readonly said: Told[] = [];
  readonly ledger: LedgerEntry[] = [];
  readonly #tables: Readonly<Record<string, Map<string, object>>> = {
    payments: new Map(),
    refunds: new Map(),
    webhook_events: new Map(),
  };
  #ids = 0;

  constructor(readonly method: string) {}

  get payment(): Payment | undefined {
    return this.#tables['payments']!.get(order) as Payment | undefined;
  }

  get refunds(): ReadonlyMap<string, Refund> {
    return this.#tables['refunds'] as Map<string, Refund>;
  }

  async take(): Promise<void> {
    await this.#keep(this.#given(), (given) =>
      new TakePaymentHandler().take({ orderId: order, userId: buyer, amount: price, method: this.method }, given),
    );
  }

  async refund(): Promise<void> {
    await this.#keep(this.#given(), (given) => new RefundPaymentHandler().refund({ orderId: order }, given));
  }

  async grant(amount: number): Promise<void> {
    if (!this.payment) return;
    const { paymentId } = this.payment;
    const wish = { paymentId, amount: money(amount, 'GBP'), reason: 'a broken cup', grantedBy: buyer };
    await this.#keep(this.#given(), (given) => grantGoodwill.decide(wish, given));
  }

  async notice(): Promise<void> {
    const notice = { eventId: `simulated:${this.#ids}`, type: 'taken', operation: takeKey(order) };
    await this.#keep(this.#given(), (given) =>
      hearWebhook.decide(notice, { ...given, heard: rowsOf(this.#tables['webhook_events']!, notice.eventId) }),
    );
  }

  /** Effects of one key run one at a time, in their order. */
  get ready(): Underway[] {
    return this.underway.filter(({ wish }, at) => this.underway.findIndex((each) => each.wish.key === wish.key) === at);
  }

  /** One step of an effect: read the row, call the provider, settle. A call without an answer begins anew. */
  async step(underway: Underway): Promise<void> {
    const { wish, read, heard } = underway;
    if (!read) return void (underway.read = { payment: this.payment });
    const effect = this.#effect(wish.effect, read.payment);
    if (heard) {
      this.underway.splice(this.underway.indexOf(underway), 1);
      return this.#keep(this.#given((wish.payload as { refundId?: string }).refundId), (given) =>
        effect.settle(wish.payload, heard.result, given as never),
      );
    }
    try {
      underway.heard = { result: await effect.run(wish.payload, attempt) };
    } catch (error) {
      if (!(error instanceof ProviderUnreachable)) throw error;
      delete underway.read;
    }
  }

  /** The worker is gone, and what it knew with it. */
  crash(underway: Underway): void {
    delete underway.read;
    delete underway.heard;
  }

  /** Every effect runs on until it is settled; one that nothing ends is left after many tries. */
  async drain(): Promise<void> {
    for (let round = 0; this.underway.length > 0 && round < 100; round++)
      for (const each of this.ready) await this.step(each);
  }

  /** Every movement of money by its key, as the provider remembers it: in is positive, out is negative. */
  async moved(): Promise<Record<string, number>> {
    const moved: Record<string, number> = {};
    for (const key of [
      takeKey(order),
      refundKey(order),
      ...[...this.refunds.keys()].map((id) => goodwillKey(order, id)),
    ]) {
      const found = await this.provider.find(key);
      if (found.status === 'taken') moved[key] = found.amount.amount;
      if (found.status === 'refunded') moved[key] = -found.amount.amount;
    }
    return moved;
  }

  /** The same, as the ledger has it. */
  get booked(): Record<string, number> {
    return Object.fromEntries(
      this.ledger.filter(({ account }) => account === clearing).map(({ operation, amount }) => [operation, amount]),
    );
  }

  balance(account?: string): number {
    return this.ledger
      .filter((entry) => account === undefined || entry.account === account)
      .reduce((sum, { amount }) => sum + amount, 0);
  }

  #effect(name: string, payment: Payment | undefined): Effect<object, unknown, never> {
    const rows = { find: () => Promise.resolve(payment) };
    const effects = [
      new TakePaymentEffect(rows, this.provider),
      new LookUpTakeEffect(rows, this.provider),
      new GiveBackEffect(rows, this.provider),
      new GoodwillEffect(this.provider),
    ];
    return effects.find((effect) => effect.name === name) as unknown as Effect<object, unknown, never>;
  }

  #given(refundId = ''): Everything {
    const { payments, refunds } = this.#tables;
    const id = (): string => `01991234-5678-7000-8000-${String(++this.#ids).padStart(12, '0')}`;
    return {
      payments: rowsOf(payments!, order),
      refunds: rowsOf(refunds!, refundId),
      heard: rowsOf(new Map(), ''),
      now: new Date(this.#ids * 60_000),
      id,
      cause: id(),
      sequence: 0n,
    };
  }

  async #keep(
    given: Everything,
    decide: (given: Everything) => Decision<unknown> | Refusal | Promise<Decision>,
  ): Promise<void> {
    const decided = await decide(given);
    if (isRefusal(decided)) return;
    const { changes, says, wishes } = decided;
    for (const { table, key, row } of changes) {
      if (table.name === 'ledger_entries') this.ledger.push(row as LedgerEntry);
      else this.#tables[table.name]!.set(key, row!);
    }
    this.said.push(...says.map(({ cls, fields }) => ({ message: makeMessage(cls, fields), causation: given.cause })));
    this.underway.push(...wishes.map((wish) => ({ wish })));
  }
}

const rowsOf = <S extends object>(table: ReadonlyMap<string, object>, key: string): Rows<S> => {
  const row = table.get(key) as S | undefined;
  return { get: () => row, all: () => (row ? [row] : []) };
};

type Happening =
  'take' | 'refund' | 'notice' | { readonly grant: number } | { readonly step: number } | { readonly crash: number };
const aHappening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('take', 'refund', 'notice') },
  { weight: 1, arbitrary: fc.record({ grant: fc.integer({ min: 1, max: 600 }) }) },
  { weight: 7, arbitrary: fc.record({ step: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ crash: fc.nat(3) }) },
);
const aMethod = fc.constantFrom('sim_ok', 'sim_declined', 'sim_slow', 'sim_flaky', 'sim_lost', 'sim_down');
const step = { step: 0 };
/** Half of the stories begin with a take that has run its way, so that goodwill and undo meet. */
const aBeginning = fc.constantFrom<readonly Happening[]>([], ['take', step, step, step, step]);
const aStory = fc.tuple(aBeginning, fc.array(aHappening, { maxLength: 25 })).map((parts) => parts.flat());

async function play(till: Till, story: readonly Happening[]): Promise<void> {
  for (const happening of story) {
    if (typeof happening === 'string') await till[happening]();
    else if ('grant' in happening) await till.grant(happening.grant);
    else {
      const { ready } = till;
      const chosen = ready[('step' in happening ? happening.step : happening.crash) % Math.max(1, ready.length)];
      if (chosen && 'step' in happening) await till.step(chosen);
      else if (chosen) till.crash(chosen);
    }
    expectSound(till);
  }
}

/** One look at everything that must always hold. */
function expectSound(till: Till): void {
  const { payment, ledger } = till;
  const money = payment && 'captured' in payment && payment.captured ? payment : undefined;
  const broken = {
    'goodwill is a part of what was refunded': money && money.goodwill.amount > money.refunded.amount,
    'no more is refunded or promised than was captured':
      money && money.refunded.amount + money.goodwillPending.amount > money.captured.amount,
    'the provider holds what the payment says': till.balance(clearing) !== (money ? heldOf(money).amount : 0),
    'the ledger balances': till.balance() !== 0,
    'an operation is booked once': new Set(ledger.map(({ entryId }) => entryId)).size !== ledger.length,
  };
  expect(Object.entries(broken).filter(([, isBroken]) => isBroken)).toEqual([]);
}

describe('takes, undoes, goodwill and notices in any order, doubled, with workers that stop anywhere', () => {
  it('leave books that agree with the provider', () =>
    fc.assert(
      fc.asyncProperty(aMethod, aStory, async (method, story) => {
        const till = new Till(method);
        await play(till, story);
        await till.drain();
        expectSound(till);
        expect(till.booked).toEqual(await till.moved());
        if (till.underway.length > 0) expect([method, till.payment?.status]).toEqual(['sim_down', 'requested']);
      }),
    ));

  it('give everything back once an undo was heard, and take nothing after it', () =>
    fc.assert(
      fc.asyncProperty(aMethod, aStory, aStory, async (method, before, after) => {
        const till = new Till(method);
        await play(till, [...before, 'refund', ...after]);
        await till.drain();
        expectSound(till);
        expect(till.underway).toEqual([]);
        expect(till.booked).toEqual(await till.moved());
        expect([clearing, goodwill, customer(order)].map((account) => till.balance(account))).toEqual([0, 0, 0]);
        expect(['refunded', 'void', 'declined']).toContain(till.payment?.status);
        const { payment } = till;
        await play(till, ['take', 'refund']);
        expect(till.payment).toBe(payment);
        expect(till.said.slice(-2).map(({ message }) => message.constructor.name)).toEqual([
          'PaymentDeclined',
          'PaymentRefunded',
        ]);
      }),
    ));

  it('can be told from the events alone, with what the provider still has to be asked', () =>
    fc.assert(
      fc.asyncProperty(aMethod, aStory, async (method, story) => {
        const till = new Till(method);
        await play(till, story);
        const rows = rebuildPayments(till.said);
        expect([...rows.payments.values()]).toEqual(till.payment ? [till.payment] : []);
        expect(rows.refunds).toEqual(till.refunds);
        expect(rows.ledger).toEqual(till.ledger);
        const owed = owedOf(rows)
          .map(({ ask }) => ask)
          .sort();
        const wished = {
          'payment.take': 'take',
          'payment.give-back': 'refund',
          'payment.goodwill': 'goodwill',
        } as const;
        const open = till.underway.flatMap(({ wish: { effect } }) =>
          effect in wished ? [wished[effect as keyof typeof wished]] : [],
        );
        // A take whose undo came first is still under way, and asks for nothing any more.
        expect(owed).toEqual(open.filter((ask) => ask !== 'take' || till.payment?.status === 'requested').sort());
      }),
    ));
});
