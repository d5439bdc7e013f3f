import { GoodwillStarted, PaymentStarted, RefundStarted } from '@tradewind/contracts';
import type { EffectRow, Recovery, Told } from '@tradewind/messaging';
import { takeKey } from './domain/operation-keys.js';
import { owedOf, type Owed, type Rows } from './domain/rebuild.js';
import { answeredRefunds } from './http/granted-once.js';
import { rebuildPayments } from './rebuild.js';
import { LedgerEntries, Payments, Refunds } from './storage/payment.tables.js';

const rowsOf = (told: readonly Told[]): Rows => rebuildPayments(told.map(({ message, envelope }) => ({ message, causation: envelope.causation ?? envelope.id })));

/**
 * Payments, refunds, ledger and the keys of requests from what was said of them, and what the provider still has to be asked: its keys make a second
 * question harmless. Which of the provider's notices were heard is in no event: a backup has it.
 */
export const recovery: Recovery = {
  rows: (told) => {
    const { payments, refunds, ledger } = rowsOf([...told]);
    return [[Payments, payments.values()], [Refunds, refunds.values()], [LedgerEntries, ledger]];
  },
  answers: answeredRefunds,
  openEffects: (told) => {
    const all = [...told];
    return owedOf(rowsOf(all)).map((owed) => effectOf(owed, all.findLast((each) => isBeginningOf(owed, each))!));
  },
  backup: ['webhook_events'],
};

function isBeginningOf({ ask, orderId, ...rest }: Owed, { message }: Told): boolean {
  if (ask === 'goodwill') return message instanceof GoodwillStarted && 'refund' in rest && message.refundId === rest.refund.refundId;
  if (ask === 'take') return message instanceof PaymentStarted && message.orderId === orderId;
  return message instanceof RefundStarted && message.orderId === orderId;
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
