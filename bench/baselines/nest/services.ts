import { Injectable, UnprocessableEntityException } from '@nestjs/common';
import { DataSource, In, type EntityManager } from 'typeorm';
import {
  OrderEntity,
  PaymentEntity,
  PriceEntity,
  ProductEntity,
  ReservationEntity,
  type OrderStatus,
  type StockLine,
} from './entities.js';
import type { PlaceOrderDto } from './dto.js';

@Injectable()
export class OrdersService {
  constructor(private readonly dataSource: DataSource) {}

  /** Saves a pending order with the current prices. */
  async place({ items, paymentMethod, shippingAddress }: PlaceOrderDto): Promise<OrderEntity> {
    const productIds = items.map(({ productId }) => productId);
    const prices = await this.dataSource.getRepository(PriceEntity).findBy({ productId: In(productIds) });
    const lines = items.map(({ productId, quantity }) => {
      const price = prices.find((each) => each.productId === productId);
      if (!price) throw new UnprocessableEntityException(`the product ${productId} is unknown`);
      return { productId, quantity, unitPrice: price.amount };
    });
    const total = lines.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
    const orders = this.dataSource.getRepository(OrderEntity);
    return orders.save(
      orders.create({ status: 'pending', lines, total, paymentMethod, shippingAddress, reason: null }),
    );
  }

  async finish(orderId: string, status: OrderStatus, reason: string | null = null): Promise<OrderEntity> {
    const orders = this.dataSource.getRepository(OrderEntity);
    const order = await orders.findOneByOrFail({ orderId });
    order.status = status;
    order.reason = reason;
    return orders.save(order);
  }
}

@Injectable()
export class StockService {
  constructor(private readonly dataSource: DataSource) {}

  /** Reserves every line or none. */
  reserve(orderId: string, lines: StockLine[]): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const products = await lockProducts(manager, lines);
      const isEnough = lines.every(({ productId, quantity }) => (products.get(productId)?.stock ?? 0) >= quantity);
      if (isEnough) {
        for (const { productId, quantity } of lines) products.get(productId)!.stock -= quantity;
        await manager.save([...products.values()]);
      }
      const status = isEnough ? 'reserved' : 'rejected';
      await manager.save(manager.create(ReservationEntity, { orderId, status, lines }));
      return isEnough;
    });
  }

  release(orderId: string): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      const reservation = await manager.findOneBy(ReservationEntity, { orderId });
      if (reservation?.status !== 'reserved') return;
      const products = await lockProducts(manager, reservation.lines);
      for (const { productId, quantity } of reservation.lines) products.get(productId)!.stock += quantity;
      reservation.status = 'released';
      await manager.save([...products.values()]);
      await manager.save(reservation);
    });
  }
}

/** In the order of their ids, so that two orders cannot deadlock. */
async function lockProducts(manager: EntityManager, lines: readonly StockLine[]): Promise<Map<string, ProductEntity>> {
  const products = await manager.find(ProductEntity, {
    where: { productId: In(lines.map(({ productId }) => productId)) },
    order: { productId: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  });
  return new Map(products.map((product) => [product.productId, product]));
}

@Injectable()
export class PaymentsService {
  constructor(private readonly dataSource: DataSource) {}

  /** Asks the provider, which is in this process and answers at once. */
  async capture(orderId: string, amount: number, method: string): Promise<boolean> {
    const isCaptured = method === 'sim_ok';
    const payments = this.dataSource.getRepository(PaymentEntity);
    await payments.save(payments.create({ orderId, amount, method, status: isCaptured ? 'captured' : 'declined' }));
    return isCaptured;
  }
}
