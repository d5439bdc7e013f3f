import { Injectable } from '@nestjs/common';
import { DataSource, In, type EntityManager } from 'typeorm';
import { ProductEntity } from './product.entity.js';
import { ReservationEntity, type StockLine } from './reservation.entity.js';

@Injectable()
export class StockService {
  constructor(private readonly dataSource: DataSource) {}

  /** Takes every line off the shelves, or none; says whether it could. */
  reserve(orderId: string, lines: StockLine[]): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const products = await lock(manager, lines);
      const enough = lines.every(({ productId, quantity }) => (products.get(productId)?.stock ?? 0) >= quantity);
      if (enough) {
        for (const { productId, quantity } of lines) products.get(productId)!.stock -= quantity;
        await manager.save([...products.values()]);
      }
      await manager.save(
        manager.create(ReservationEntity, { orderId, status: enough ? 'reserved' : 'rejected', lines }),
      );
      return enough;
    });
  }

  /** Puts back what was reserved. */
  release(orderId: string): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      const reservation = await manager.findOneBy(ReservationEntity, { orderId });
      if (reservation?.status !== 'reserved') return;
      const products = await lock(manager, reservation.lines);
      for (const { productId, quantity } of reservation.lines) products.get(productId)!.stock += quantity;
      reservation.status = 'released';
      await manager.save([...products.values()]);
      await manager.save(reservation);
    });
  }
}

/** In the order of their ids, so that two orders never wait for each other. */
async function lock(manager: EntityManager, lines: readonly StockLine[]): Promise<Map<string, ProductEntity>> {
  const where = { productId: In(lines.map(({ productId }) => productId)) };
  const products = await manager.find(ProductEntity, {
    where,
    order: { productId: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  });
  return new Map(products.map((product) => [product.productId, product]));
}
