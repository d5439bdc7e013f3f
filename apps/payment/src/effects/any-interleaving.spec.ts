import { describe, expect, it } from '@jest/globals';
import { orderId, userId } from '@tradewind/contracts';
import { isRejection, money, type Rejection, type Timers } from '@tradewind/kernel';
import type { DecisionContext, Decision, Effect, Rows } from '@tradewind/messaging';
import type { EffectRequest } from '@tradewind/messaging/internals';
import { makeMessage } from '@tradewind/messaging/message';
import fc from 'fast-check';
import { clearing, customer, goodwill, type LedgerEntry } from '../domain/ledger.js';
import { goodwillKey, refundKey, takeKey } from '../domain/operation-keys.js';
import { heldOf, type Payment } from '../domain/payment.js';
import { pendingCallsOf } from '../domain/recover-payments.js';
import type { Refund } from '../domain/refund.js';
import { grantGoodwill } from '../commands/grant-goodwill.command.js';
import { recordWebhook } from '../commands/record-webhook.command.js';
import { RefundPaymentHandler } from '../handlers/refund-payment.handler.js';
import { TakePaymentHandler } from '../handlers/take-payment.handler.js';
import { InProcessProvider } from '../provider/in-process-provider.js';
import { ProviderUnreachable } from '../provider/payment-provider.js';
import { paymentsFromEvents, type CausedMessage } from '../recovery/payments-from-events.js';
import type { WebhookEvent } from '../storage/payment.tables.js';
import { FullRefundEffect } from './full-refund.effect.js';
import { GoodwillEffect } from './goodwill.effect.js';
import { LookUpTakeEffect } from './look-up-take.effect.js';
import { TakePaymentEffect } from './take-payment.effect.js';

const order = orderId('01991234-5678-7000-8000-000000000001');
const buyer = userId('01991234-5678-7000-8000-00000000000b');
const acting = { actor: userId('01991234-5678-7000-8000-00000000000c'), address: '192.0.2.1' };
const approval = { limits: undefined, lifetimeMs: 1_000 };
const price = money(1_000, 'GBP');
const attempt = { number: 1, signal: new AbortController().signal };
/** Timers without delays: a slow call times out at once. */
const timers: Timers = { after: () => () => undefined, wait: () => Promise.resolve() };

/** A scheduled effect and its progress: row read, then provider answered. */
interface RunningEffect {
  readonly request: EffectRequest;
  read?: { readonly payment: Payment | undefined };
  answered?: { readonly result: unknown };
}

/** The context of every decision in this test. */
type TestContext = DecisionContext & {
  readonly payments: Rows<Payment>;
  readonly refunds: Rows<Refund>;
  readonly recorded: Rows<WebhookEvent>;
};

/** The service in memory: the rows of one order, workers that may crash at any point, and a provider. */
class InMemoryService {
  readonly provider = new InProcessProvider({ timers, answerTimeoutMs: 100, slowMs: 1_000 });
  readonly running: RunningEffect[] = [];
  readonly published: CausedMessage[] = [];
  readonly ledger: LedgerEntry[] = [];
  readonly #tables: Readonly<Record<string, Map<string, object>>> = {
    payments: new Map(),
    refunds: new Map(),
    webhook_events: new Map(),
    msg_operator_actions: new Map(),
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
    await this.#run(this.#context(), (context) =>
      new TakePaymentHandler().take({ orderId: order, userId: buyer, amount: price, method: this.method }, context),
    );
  }

  async refund(): Promise<void> {
    await this.#run(this.#context(), (context) => new RefundPaymentHandler().refund({ orderId: order }, context));
  }

  async grant(amount: number): Promise<void> {
    if (!this.payment) return;
    const { paymentId } = this.payment;
    const request = { paymentId, amount: money(amount, 'GBP'), reason: 'damaged' as const, acting, approval };
    await this.#run(this.#context(), (context) => grantGoodwill.decide(request, context));
  }

  async notify(): Promise<void> {
    const notification = { eventId: `simulated:${this.#ids}`, type: 'taken', operation: takeKey(order) };
    await this.#run(this.#context(), (context) =>
      recordWebhook.decide(notification, {
        ...context,
        recorded: rowsOf(this.#tables['webhook_events']!, notification.eventId),
      }),
    );
  }

  /** Effects of one key run one at a time, in their order. */
  get ready(): RunningEffect[] {
    return this.running.filter(
      ({ request }, index) => this.running.findIndex((each) => each.request.key === request.key) === index,
    );
  }

  /** One step of an effect: read the row, call the provider, settle. A call without an answer starts again. */
  async step(running: RunningEffect): Promise<void> {
    const { request, read, answered } = running;
    if (!read) return void (running.read = { payment: this.payment });
    const effect = this.#effect(request.effect, read.payment);
    if (answered) {
      this.running.splice(this.running.indexOf(running), 1);
      return this.#run(this.#context((request.payload as { refundId?: string }).refundId), (context) =>
        effect.settle(request.payload, answered.result, context as never),
      );
    }
    try {
      running.answered = { result: await effect.run(request.payload, attempt) };
    } catch (error) {
      if (!(error instanceof ProviderUnreachable)) throw error;
      delete running.read;
    }
  }

  /** The worker crashes and loses its progress. */
  crash(running: RunningEffect): void {
    delete running.read;
    delete running.answered;
  }

  /** Runs every effect until it is settled; an effect that never settles is left after 100 rounds. */
  async drain(): Promise<void> {
    for (let round = 0; this.running.length > 0 && round < 100; round++)
      for (const each of this.ready) await this.step(each);
  }

  /** Every movement of money at the provider, by key: takes are positive, refunds negative. */
  async movements(): Promise<Record<string, number>> {
    const movements: Record<string, number> = {};
    for (const key of [
      takeKey(order),
      refundKey(order),
      ...[...this.refunds.keys()].map((id) => goodwillKey(order, id)),
    ]) {
      const found = await this.provider.find(key);
      if (found.status === 'taken') movements[key] = found.amount.amount;
      if (found.status === 'refunded') movements[key] = -found.amount.amount;
    }
    return movements;
  }

  /** The same movements in the ledger. */
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
    const queries = { find: () => Promise.resolve(payment) };
    const effects = [
      new TakePaymentEffect(queries, this.provider),
      new LookUpTakeEffect(queries, this.provider),
      new FullRefundEffect(queries, this.provider),
      new GoodwillEffect(this.provider),
    ];
    return effects.find((effect) => effect.name === name) as unknown as Effect<object, unknown, never>;
  }

  #context(refundId = ''): TestContext {
    const { payments, refunds } = this.#tables;
    const newId = (): string => `01991234-5678-7000-8000-${String(++this.#ids).padStart(12, '0')}`;
    return {
      payments: rowsOf(payments!, order),
      refunds: rowsOf(refunds!, refundId),
      recorded: rowsOf(new Map(), ''),
      now: new Date(this.#ids * 60_000),
      newId,
      cause: newId(),
      sequence: 0n,
    };
  }

  async #run(
    context: TestContext,
    decide: (context: TestContext) => Decision<unknown> | Rejection | Promise<Decision>,
  ): Promise<void> {
    const decision = await decide(context);
    if (isRejection(decision)) return;
    for (const { table, key, row } of decision.changes) {
      if (table.name === 'ledger_entries') this.ledger.push(row as LedgerEntry);
      else this.#tables[table.name]!.set(key, row!);
    }
    this.published.push(
      ...decision.messages.map(({ cls, fields }) => ({ message: makeMessage(cls, fields), causation: context.cause })),
    );
    this.running.push(...decision.effects.map((request) => ({ request })));
  }
}

const rowsOf = <S extends object>(table: ReadonlyMap<string, object>, key: string): Rows<S> => {
  const row = table.get(key) as S | undefined;
  return { get: () => row, all: () => (row ? [row] : []) };
};

type Action =
  'take' | 'refund' | 'notify' | { readonly grant: number } | { readonly step: number } | { readonly crash: number };
const anAction: fc.Arbitrary<Action> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('take', 'refund', 'notify') },
  { weight: 1, arbitrary: fc.record({ grant: fc.integer({ min: 1, max: 600 }) }) },
  { weight: 7, arbitrary: fc.record({ step: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ crash: fc.nat(3) }) },
);
const aMethod = fc.constantFrom('sim_ok', 'sim_declined', 'sim_slow', 'sim_flaky', 'sim_lost', 'sim_down');
const step = { step: 0 };
/** Half of the runs start with a completed take, so that goodwill and full refund meet. */
const aStart = fc.constantFrom<readonly Action[]>([], ['take', step, step, step, step]);
const actionSequence = fc.tuple(aStart, fc.array(anAction, { maxLength: 25 })).map((parts) => parts.flat());

async function perform(service: InMemoryService, actions: readonly Action[]): Promise<void> {
  for (const action of actions) {
    if (typeof action === 'string') await service[action]();
    else if ('grant' in action) await service.grant(action.grant);
    else {
      const { ready } = service;
      const chosen = ready[('step' in action ? action.step : action.crash) % Math.max(1, ready.length)];
      if (chosen && 'step' in action) await service.step(chosen);
      else if (chosen) service.crash(chosen);
    }
    expectInvariants(service);
  }
}

function expectInvariants(service: InMemoryService): void {
  const { payment, ledger } = service;
  const money = payment && 'captured' in payment && payment.captured ? payment : undefined;
  const violations = {
    'goodwill is a part of what was refunded': money && money.goodwill.amount > money.refunded.amount,
    'no more is refunded or granted than was captured':
      money && money.refunded.amount + money.goodwillPending.amount > money.captured.amount,
    'the clearing account agrees with the payment': service.balance(clearing) !== (money ? heldOf(money).amount : 0),
    'the ledger balances': service.balance() !== 0,
    'an operation is booked once': new Set(ledger.map(({ entryId }) => entryId)).size !== ledger.length,
  };
  expect(Object.entries(violations).filter(([, isViolated]) => isViolated)).toEqual([]);
}

describe('takes, refunds, goodwill and notifications in any order, repeated, with worker crashes', () => {
  it('leave a ledger that agrees with the provider', () =>
    fc.assert(
      fc.asyncProperty(aMethod, actionSequence, async (method, actions) => {
        const service = new InMemoryService(method);
        await perform(service, actions);
        await service.drain();
        expectInvariants(service);
        expect(service.booked).toEqual(await service.movements());
        if (service.running.length > 0) expect([method, service.payment?.status]).toEqual(['sim_down', 'requested']);
      }),
    ));

  it('refund everything after a full refund, and take nothing after it', () =>
    fc.assert(
      fc.asyncProperty(aMethod, actionSequence, actionSequence, async (method, before, after) => {
        const service = new InMemoryService(method);
        await perform(service, [...before, 'refund', ...after]);
        await service.drain();
        expectInvariants(service);
        expect(service.running).toEqual([]);
        expect(service.booked).toEqual(await service.movements());
        expect([clearing, goodwill, customer(order)].map((account) => service.balance(account))).toEqual([0, 0, 0]);
        expect(['refunded', 'void', 'declined']).toContain(service.payment?.status);
        const { payment } = service;
        await perform(service, ['take', 'refund']);
        expect(service.payment).toBe(payment);
        expect(service.published.slice(-2).map(({ message }) => message.constructor.name)).toEqual([
          'PaymentDeclined',
          'PaymentRefunded',
        ]);
      }),
    ));

  it('can be recovered from the events alone, with the pending provider calls', () =>
    fc.assert(
      fc.asyncProperty(aMethod, actionSequence, async (method, actions) => {
        const service = new InMemoryService(method);
        await perform(service, actions);
        const rows = paymentsFromEvents(service.published);
        expect([...rows.payments.values()]).toEqual(service.payment ? [service.payment] : []);
        expect(rows.refunds).toEqual(service.refunds);
        expect(rows.ledger).toEqual(service.ledger);
        const pending = pendingCallsOf(rows)
          .map(({ operation }) => operation)
          .sort();
        const operations = {
          'payment.take': 'take',
          'payment.refund': 'refund',
          'payment.goodwill': 'goodwill',
        } as const;
        const open = service.running.flatMap(({ request: { effect } }) =>
          effect in operations ? [operations[effect as keyof typeof operations]] : [],
        );
        // A take effect whose payment is being refunded is still running, but calls the provider no more.
        expect(pending).toEqual(
          open.filter((operation) => operation !== 'take' || service.payment?.status === 'requested').sort(),
        );
      }),
    ));
});
