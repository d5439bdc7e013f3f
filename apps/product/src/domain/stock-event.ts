import type { OrderId, ProductId } from '@tradewind/contracts/ids';

/** A quantity of a product. An order may have several lines of one product; their quantities are added. */
export interface Line {
  readonly productId: ProductId;
  readonly quantity: number;
}

/** A line that could not be reserved, with the quantity that was available. */
export interface Shortage extends Line {
  readonly available: number;
}

/** A change of an order's stock. Decisions create events; rows change only by events, in handlers and in recovery alike. */
export type StockEvent =
  | {
      readonly what: 'reserved' | 'released' | 'sold' | 'taken-back';
      readonly orderId: OrderId;
      readonly lines: readonly Line[];
      readonly at: Date;
    }
  | {
      readonly what: 'refused';
      readonly orderId: OrderId;
      readonly reason: 'out-of-stock' | 'released';
      readonly shortages: readonly Shortage[];
      readonly at: Date;
    };
