import { BadGatewayException, Body, Controller, Logger, Post } from '@nestjs/common';
import type { OrderEntity, OrderStatus } from '../../nest-shop/order.entity.js';
import { OrdersService } from '../../nest-shop/orders.service.js';
import { PlaceOrderDto } from '../../nest-shop/place-order.dto.js';
import { ShopCalls } from './shop-calls.js';

@Controller('orders')
export class OrdersController {
  readonly #logger = new Logger('Orders');

  constructor(
    private readonly orders: OrdersService,
    private readonly calls: ShopCalls,
  ) {}

  @Post()
  async place(@Body() body: PlaceOrderDto): Promise<{ orderId: string; status: OrderStatus }> {
    const order = await this.orders.place(body);
    try {
      const { orderId, status } = await this.#fulfil(order);
      return { orderId, status };
    } catch (error) {
      await this.#giveUp(order);
      throw new BadGatewayException('the order could not be fulfilled', { cause: error });
    }
  }

  async #fulfil(order: OrderEntity): Promise<OrderEntity> {
    if (!(await this.calls.reserve(order))) return this.orders.finish(order.orderId, 'rejected', 'out-of-stock');
    if (await this.calls.capture(order)) return this.orders.finish(order.orderId, 'confirmed');
    await this.calls.release(order);
    return this.orders.finish(order.orderId, 'rejected', 'payment-declined');
  }

  /** As well as it goes: what can't be undone stays as it is. */
  async #giveUp(order: OrderEntity): Promise<void> {
    try {
      await this.calls.release(order);
      await this.orders.finish(order.orderId, 'rejected', 'failed');
    } catch (error) {
      this.#logger.error(`the order ${order.orderId} could not be undone: ${String(error)}`);
    }
  }
}
