import type { Findings } from './section.js';

/** Money that moved, as the provider's own log has it. A take's `takeKey` is its key. */
export interface ProviderOperation {
  readonly kind: 'take' | 'refund';
  readonly key: string;
  readonly takeKey: string;
  readonly amount: bigint;
  readonly currency: string;
}

/** Money that moved, as the ledger has it: the change of the account at the provider. Positive is a take. */
export interface Booking {
  readonly operation: string;
  readonly orderId: string;
  readonly amount: bigint;
  readonly currency: string;
}

/** The key of an operation begins with its order. */
export const orderOf = (key: string): string => key.split(':', 1)[0]!;

/**
 * Compares the provider's log and the ledger as multisets of (key, amount): each operation at the provider is booked once, and nothing
 * else is booked. Operations of zero are left out: they have no ledger line.
 */
export function compareBooks(
  provider: Iterable<ProviderOperation>,
  bookings: Iterable<Booking>,
  waiting: ReadonlySet<string>,
  findings: Findings,
): void {
  const balance = new Map<string, number>();
  const count = (key: string, amount: bigint, currency: string, by: number): void => {
    const entry = `${key} ${amount} ${currency}`;
    const balanced = (balance.get(entry) ?? 0) + by;
    if (balanced === 0) balance.delete(entry);
    else balance.set(entry, balanced);
  };
  findings.count('operations in the provider’s log', 0);
  for (const { kind, key, amount, currency } of provider) {
    if (amount === 0n) continue;
    findings.count('operations in the provider’s log');
    count(key, kind === 'take' ? amount : -amount, currency, 1);
  }
  for (const { operation, amount, currency } of bookings) count(operation, amount, currency, -1);
  for (const [entry, difference] of balance) {
    const [key, amount, currency] = entry.split(' ') as [string, string, string];
    if (waiting.has(orderOf(key))) continue;
    const where =
      difference > 0 ? 'in the provider’s log and not in the ledger' : 'in the ledger and not in the provider’s log';
    findings.report(`${amount} ${currency} ${Math.abs(difference)} times more ${where}`, { key, order: orderOf(key) });
  }
}
