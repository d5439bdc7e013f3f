import { describe, expect, it } from '@jest/globals';
import { assertNever, idOf, isRejection, money, rejection, subtract, type Id, type Money } from '@tradewind/kernel';

type InvoiceId = Id<'invoice'>;
const invoiceId = idOf<'invoice'>('invoice'); // throws on anything that is not a lower-case UUID

interface Invoice {
  readonly invoiceId: InvoiceId;
  readonly status: 'open' | 'paid';
  readonly paid: Money;
}

/** A business "no" is a value: the caller has to look at it, and nothing is retried. */
const refund = (invoice: Invoice, amount: Money) => {
  switch (invoice.status) {
    case 'open':
      return rejection('not-paid-yet');
    case 'paid':
      if (amount.amount > invoice.paid.amount) return rejection('more-than-was-paid');
      return { ...invoice, paid: subtract(invoice.paid, amount) }; // throws on two currencies
    default:
      return assertNever(invoice.status); // does not compile when a status is missing above
  }
};

describe('a paid invoice of 5.00', () => {
  const id = invoiceId('01991234-5678-7000-8000-000000000000');
  const invoice: Invoice = { invoiceId: id, status: 'paid', paid: money(500, 'GBP') };

  it('is refunded in part', () =>
    expect(refund(invoice, money(200, 'GBP'))).toEqual({ ...invoice, paid: money(300, 'GBP') }));
  it('is not refunded twice over', () => expect(isRejection(refund(invoice, money(501, 'GBP')))).toBe(true));
});
