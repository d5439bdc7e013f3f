import { Injectable, UnprocessableEntityException } from '@nestjs/common';
import { DataSource, In } from 'typeorm';
import { OrderEntity, type OrderStatus } from './order.entity.js';
import { PriceEntity } from './price.entity.js';
import type { PlaceOrderDto } from './place-order.dto.js';

@Injectable()
export class OrdersService {
  constructor(private readonly dataSource: DataSource) {}

  /** Keeps a pending order at the prices of now. */
  async place({ items, paymentMethod, shippingAddress }: PlaceOrderDto): Promise<OrderEntity> {
    const prices = await this.dataSource
      .getRepository(PriceEntity)
      .findBy({ productId: In(items.map(({ productId }) => productId)) });
    const lines = items.map(({ productId, quantity }) => {
      const price = prices.find((each) => each.productId === productId);
      if (!price) throw new UnprocessableEntityException(`${productId} is not a product of this shop`);
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
