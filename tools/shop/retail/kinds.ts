import type { InvoiceLine } from './invoice-line.js';

/** The largest quantity of one cart line that the shop accepts. */
export const quantityLimit = 100_000;

/** The most lines of one order that the shop accepts. */
export const lineLimit = 1_000;

/** Every row of a file has exactly one of these kinds; only the first two are simulated. */
export const kinds = {
  sale: 'sale of an article',
  cancellation: 'cancelled article (on an invoice C…)',
  adjustment: 'accounting adjustment (invoice A…)',
  service: 'postage, fee, discount, sample or voucher, not an article',
  writeOff: 'write-off: negative quantity on an ordinary invoice',
  free: 'price 0: write-off or gift',
  negativePrice: 'negative price on an ordinary invoice',
  zeroQuantity: 'quantity 0',
  oddCancellation: 'cancellation with a positive quantity',
  overLimit: `more than ${quantityLimit.toLocaleString('en-GB')} pieces on one order line`,
  tooManyLines: `article beyond the first ${lineLimit.toLocaleString('en-GB')} of one order`,
} as const;

export type Kind = keyof typeof kinds;

const serviceCodes = new Set([
  'POST', // postage
  'DOT', // postage of the web shop
  'C2', // carriage
  'M', // entered by hand
  'D', // discount
  'S', // samples
  'B', // bad debt
  'PADS', // pads to match all cushions, at a tenth of a penny
  'AMAZONFEE',
  'BANK CHARGES',
  'CRUK', // commission of a charity
]);

export const isService = (sku: string): boolean => serviceCodes.has(sku) || sku.startsWith('GIFT_');

/** The kind of a single row. The limits need the whole invoice, so they are checked there. */
export function kindOf(line: InvoiceLine): Kind {
  if (line.invoice.startsWith('A')) return 'adjustment';
  if (isService(line.sku)) return 'service';
  if (line.quantity === 0) return 'zeroQuantity';
  if (line.invoice.startsWith('C')) return line.quantity < 0 ? 'cancellation' : 'oddCancellation';
  if (line.quantity < 0) return 'writeOff';
  if (line.price === 0) return 'free';
  if (line.price < 0) return 'negativePrice';
  return 'sale';
}
