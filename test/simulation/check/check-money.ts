import { groupBy, type OrderId } from '@tradewind/kernel';
import { clearing, customer } from '../../../apps/payment/src/domain/ledger.js';
import { orderOfTake } from '../../../apps/payment/src/domain/operation-keys.js';
import type { Payment } from '../../../apps/payment/src/domain/payment.js';
import type { Facts, Violation } from './facts.js';

const sum = (amounts: Iterable<number>): number => [...amounts].reduce((all, amount) => all + amount, 0);

const settled = {
  confirmed: ['taken'],
  rejected: ['declined', 'refunded', 'void'],
  cancelled: ['declined', 'refunded', 'void'],
} as const;

/** What the provider holds for an order is what the order says; the ledger and the provider's book tell the same movements. */
export function checkMoney({ orders, payments, ledger, provider }: Facts): Violation[] {
  const held = groupBy(provider, ({ takeKey }) => orderOfTake(takeKey));
  const paymentOf = new Map(payments.map((payment) => [payment.orderId, payment]));
  const known = new Set<OrderId | undefined>(orders.map(({ orderId }) => orderId));
  return [
    ...orders.flatMap(({ orderId, status, total, goodwill }): Violation[] => {
      const kept = sum((held.get(orderId) ?? []).map(({ amount }) => amount));
      const due = status === 'confirmed' ? total.amount - goodwill.amount : 0;
      return [
        ...(kept === due ? [] : [`money: order ${orderId} is ${status} and the provider holds ${kept}, not ${due}`]),
        ...openPayment(orderId, status, paymentOf.get(orderId)),
      ];
    }),
    ...[...held.keys()]
      .filter((orderId) => !known.has(orderId))
      .map((orderId) => `money: the provider has moved money for ${orderId}, which is no order`),
    ...payments.flatMap(soundPayment),
    ...booksDiffer(ledger, provider),
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

function openPayment(orderId: OrderId, status: string, payment: Payment | undefined): Violation[] {
  const expected = settled[status as keyof typeof settled] as readonly string[] | undefined;
  const unpaid = payment === undefined && status !== 'confirmed';
  return unpaid || (payment && expected?.includes(payment.status))
    ? []
    : [`money: order ${orderId} is ${status}, its payment ${payment?.status ?? 'absent'}`];
}

/** Holds at every moment. */
export function soundPayment(payment: Payment): Violation[] {
  if (!('captured' in payment) || !payment.captured) return [];
  const { captured, refunded, goodwill, goodwillPending } = payment;
  const sound =
    goodwill.amount >= 0 &&
    goodwill.amount <= refunded.amount &&
    refunded.amount + goodwillPending.amount <= captured.amount;
  return sound
    ? []
    : [
        `money: of ${captured.amount} captured for ${payment.orderId}, ${refunded.amount} are refunded and ${goodwillPending.amount} promised`,
      ];
}

/** As multisets of key and amount. */
function booksDiffer(ledger: Facts['ledger'], provider: Facts['provider']): Violation[] {
  const told = (lines: readonly { key: string; amount: number }[]): Map<string, number> =>
    new Map([...groupBy(lines, ({ key, amount }) => `${key} ${amount}`)].map(([line, all]) => [line, all.length]));
  const ours = told(
    ledger
      .filter(({ account, amount }) => account === clearing && amount !== 0)
      .map(({ operation, amount }) => ({ key: operation, amount })),
  );
  const theirs = told(provider.filter(({ amount }) => amount !== 0));
  return [...new Set([...ours.keys(), ...theirs.keys()])]
    .filter((line) => ours.get(line) !== theirs.get(line))
    .map(
      (line) =>
        `money: "${line}" stands ${ours.get(line) ?? 0} times in the ledger and ${theirs.get(line) ?? 0} times in the provider's book`,
    );
}
