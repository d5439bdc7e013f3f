import type { OrderId } from '@tradewind/contracts';
import { groupBy } from '@tradewind/kernel';
import { clearing, customer, type LedgerEntry } from '../../../apps/payment/src/domain/ledger.js';
import { orderOfTake } from '../../../apps/payment/src/domain/operation-keys.js';
import { Orders } from '../../../apps/order/src/storage/order.tables.js';
import { LedgerEntries, Payments } from '../../../apps/payment/src/storage/payment.tables.js';
import type { Payment } from '../../../apps/payment/src/domain/payment.js';
import type { FinalState, Violation } from './final-state.js';

const sum = (amounts: Iterable<number>): number => [...amounts].reduce((all, amount) => all + amount, 0);

const finalPaymentStatus = {
  confirmed: ['taken'],
  rejected: ['declined', 'refunded', 'void'],
  cancelled: ['declined', 'refunded', 'void'],
} as const;

/** The provider holds the amount that each order implies; the ledger and the provider have the same movements. */
export function checkMoney({ rows, provider }: FinalState): Violation[] {
  const [orders, payments, ledger] = [rows(Orders), rows(Payments), rows(LedgerEntries)];
  const movementsOf = groupBy(provider, ({ takeKey }) => orderOfTake(takeKey));
  const paymentOf = new Map(payments.map((payment) => [payment.orderId, payment]));
  const known = new Set<OrderId | undefined>(orders.map(({ orderId }) => orderId));
  return [
    ...orders.flatMap(({ orderId, status, total, goodwill }): Violation[] => {
      const balance = sum((movementsOf.get(orderId) ?? []).map(({ amount }) => amount));
      const due = status === 'confirmed' ? total.amount - goodwill.amount : 0;
      return [
        ...(balance === due
          ? []
          : [`money: order ${orderId} is ${status} and the provider holds ${balance}, not ${due}`]),
        ...paymentStatusViolations(orderId, status, paymentOf.get(orderId)),
      ];
    }),
    ...[...movementsOf.keys()]
      .filter((orderId) => !known.has(orderId))
      .map((orderId) => `money: the provider has moved money for ${orderId}, which is not an order`),
    ...payments.flatMap(paymentViolations),
    ...ledgerViolations(ledger, provider),
    ...[...groupBy(ledger, ({ operation }) => operation)]
      .filter(([, lines]) => sum(lines.map(({ amount }) => amount)) !== 0)
      .map(([operation]) => `money: the ledger's lines of ${operation} do not balance`),
    ...orders.flatMap(({ orderId, status, total }): Violation[] => {
      const owed = -sum(ledger.filter(({ account }) => account === customer(orderId)).map(({ amount }) => amount));
      const due = status === 'confirmed' ? total.amount : 0;
      return owed === due ? [] : [`money: the ledger owes the buyer of ${orderId} (${status}) ${owed}, not ${due}`];
    }),
  ];
}

function paymentStatusViolations(orderId: OrderId, status: string, payment: Payment | undefined): Violation[] {
  const expected = finalPaymentStatus[status as keyof typeof finalPaymentStatus] as readonly string[] | undefined;
  const notNeeded = payment === undefined && status !== 'confirmed';
  return notNeeded || (payment && expected?.includes(payment.status))
    ? []
    : [`money: order ${orderId} is ${status}, its payment ${payment?.status ?? 'absent'}`];
}

/** Invariant of every row at every time. */
export function paymentViolations(payment: Payment): Violation[] {
  if (!('captured' in payment) || !payment.captured) return [];
  const { captured, refunded, goodwill, goodwillPending } = payment;
  const valid =
    goodwill.amount >= 0 &&
    goodwill.amount <= refunded.amount &&
    refunded.amount + goodwillPending.amount <= captured.amount;
  return valid
    ? []
    : [
        `money: of ${captured.amount} captured for ${payment.orderId}, ${refunded.amount} are refunded and ${goodwillPending.amount} pending`,
      ];
}

/** Compares the movements as multisets of key and amount. */
function ledgerViolations(ledger: readonly LedgerEntry[], provider: FinalState['provider']): Violation[] {
  const countsOf = (lines: readonly { key: string; amount: number }[]): Map<string, number> =>
    new Map([...groupBy(lines, ({ key, amount }) => `${key} ${amount}`)].map(([line, all]) => [line, all.length]));
  const ofLedger = countsOf(
    ledger
      .filter(({ account, amount }) => account === clearing && amount !== 0)
      .map(({ operation, amount }) => ({ key: operation, amount })),
  );
  const ofProvider = countsOf(provider.filter(({ amount }) => amount !== 0));
  return [...new Set([...ofLedger.keys(), ...ofProvider.keys()])]
    .filter((line) => ofLedger.get(line) !== ofProvider.get(line))
    .map(
      (line) =>
        `money: "${line}" is ${ofLedger.get(line) ?? 0} times in the ledger and ${ofProvider.get(line) ?? 0} times at the provider`,
    );
}
