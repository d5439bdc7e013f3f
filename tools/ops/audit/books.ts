import { orderOf, type Booking, type ProviderOperation } from './money.js';
import type { Findings } from './section.js';

/**
 * The provider's log and the ledger as multisets of (key, amount): whatever moved outside is booked, once, and nothing else is.
 * Operations of nothing are left out: they have no line in a ledger.
 */
export function compareBooks(provider: readonly ProviderOperation[], bookings: readonly Booking[], held: ReadonlySet<string>, findings: Findings): void {
  const balance = new Map<string, number>();
  const count = (key: string, amount: number, currency: string, by: number): void => {
    const entry = `${key} ${amount} ${currency}`;
    balance.set(entry, (balance.get(entry) ?? 0) + by);
  };
  findings.count('operations in the provider’s log', 0);
  for (const { kind, key, amount, currency } of provider) {
    if (amount === 0) continue;
    findings.count('operations in the provider’s log');
    count(key, kind === 'take' ? amount : -amount, currency, 1);
  }
  for (const { operation, amount, currency } of bookings) count(operation, amount, currency, -1);
  for (const [entry, difference] of balance) {
    const [key, amount, currency] = entry.split(' ') as [string, string, string];
    if (difference === 0 || held.has(orderOf(key))) continue;
    const where = difference > 0 ? 'in the provider’s log and not in the ledger' : 'in the ledger and not in the provider’s log';
    findings.report(`${amount} ${currency} ${Math.abs(difference)} times more ${where}`, { key, order: orderOf(key) });
  }
}
