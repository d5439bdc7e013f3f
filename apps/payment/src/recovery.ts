import { GoodwillStarted, PaymentStarted, RefundStarted } from '@tradewind/contracts';
import type { EffectRow, Recovery, Told } from '@tradewind/messaging';
import { takeKey } from './domain/operation-keys.js';
import { owedOf, type Owed, type Rows } from './domain/rebuild.js';
import { answeredRefunds } from './http/granted-once.js';
import { rebuildPayments, type Told as Caused } from './rebuild.js';
import { LedgerEntries, Payments, Refunds } from './storage/payment.tables.js';

const rowsOf = (told: Iterable<Told>): Rows => rebuildPayments(causedIn(told));

function* causedIn(told: Iterable<Told>): Generator<Caused> {
  for (const { message, envelope } of told) yield { message, causation: envelope.causation ?? envelope.id };
}

/**
 * Payments, refunds, ledger and the keys of requests from what was said of them, and what the provider still has to be asked: its
 * keys make a second question harmless. Which of the provider's notices were heard is in no event: a backup has it.
 */
export const recovery: Recovery = {
  rows: (told) => {
    const { payments, refunds, ledger } = rowsOf(told);
    return [
      [Payments, payments.values()],
      [Refunds, refunds.values()],
      [LedgerEntries, ledger],
    ];
  },
  answers: answeredRefunds,
  openEffects: (told) => {
    const owed = new Map(
      owedOf(rowsOf(told)).map((each) => [
        each.ask === 'goodwill' ? `goodwill ${each.refund.refundId}` : `${each.ask} ${each.orderId}`,
        each,
      ]),
    );
    const begun = new Map<string, Told>();
    for (const each of told) {
      const name = beginning(each.message);
      if (name !== undefined && owed.has(name)) begun.set(name, each);
    }
    return [...owed].map(([name, each]) => effectOf(each, begun.get(name)!));
  },
  backup: ['webhook_events'],
};

/** What the provider is asked because of a message, and about what. */
function beginning(message: object): string | undefined {
  if (message instanceof GoodwillStarted) return `goodwill ${message.refundId}`;
  if (message instanceof PaymentStarted) return `take ${message.orderId}`;
  return message instanceof RefundStarted ? `refund ${message.orderId}` : undefined;
}

/** The effect has the id of the message that tells of it: there is one, however often it is derived. */
function effectOf(owed: Owed, { envelope: { id, causation = id, correlation } }: Told): EffectRow {
  const { orderId } = owed;
  const about = { id, cause: causation, correlation: correlation ?? orderId };
  switch (owed.ask) {
    case 'take':
      return { ...about, name: 'payment.take', key: takeKey(orderId), payload: { orderId } };
    case 'refund':
      return { ...about, name: 'payment.give-back', key: orderId, payload: { orderId } };
    case 'goodwill': {
      const { refundId, amount } = owed.refund;
      return { ...about, name: 'payment.goodwill', key: orderId, payload: { orderId, refundId, amount } };
    }
  }
}
