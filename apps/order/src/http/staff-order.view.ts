import type { OrderRow, OrderSummaryRow } from '../storage/order.queries.js';
import { acceptedAt } from '../storage/staff-orders.queries.js';
import type { Address } from './order.dto.js';
import { listed, withItems } from './order.view.js';
import type { StaffOrderAnswer, StaffOrderListed } from './staff-orders.dto.js';

const ofBuyer = ({ userId, orderId }: Pick<OrderRow, 'userId' | 'orderId'>) => ({
  userId,
  acceptedAt: acceptedAt(orderId).toISOString(),
});

export const listedForStaff = (row: OrderSummaryRow): StaffOrderListed => ({ ...listed(row), ...ofBuyer(row) });

/** Of the unsealed address only where the order goes; null after it is erased. The history has who cancelled for the buyer. */
export function wholeForStaff(row: OrderRow, address: string | null): StaffOrderAnswer {
  const { city, country } = address === null ? ({} as Partial<Address>) : (JSON.parse(address) as Address);
  return {
    ...withItems(row),
    ...ofBuyer(row),
    destination: city === undefined || country === undefined ? null : { city, country },
    history: [...row.history],
  };
}
