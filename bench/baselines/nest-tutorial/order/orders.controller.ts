import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { EventPattern, Payload, type ClientKafka } from '@nestjs/microservices';
import type { OrderStatus } from '../../nest-shop/order.entity.js';
import { OrdersService } from '../../nest-shop/orders.service.js';
import { PlaceOrderDto } from '../../nest-shop/place-order.dto.js';
import { OfOrderDto } from '../events.dto.js';
import { kafka } from '../kafka.js';
import { topics } from '../topics.js';

@Controller('orders')
export class OrdersController {
  constructor(
    private readonly orders: OrdersService,
    @Inject(kafka) private readonly client: ClientKafka,
  ) {}

  @Post()
  @HttpCode(202)
  async place(@Body() body: PlaceOrderDto): Promise<{ orderId: string }> {
    const { orderId, lines, total, paymentMethod } = await this.orders.place(body);
    this.client.emit(topics.orderCreated, { key: orderId, value: { orderId, lines, total, paymentMethod } });
    return { orderId };
  }

  @EventPattern(topics.stockRejected)
  stockRejected(@Payload() { orderId }: OfOrderDto): Promise<void> {
    return this.#finish(orderId, 'rejected', 'out-of-stock');
  }

  @EventPattern(topics.paymentCaptured)
  paymentCaptured(@Payload() { orderId }: OfOrderDto): Promise<void> {
    return this.#finish(orderId, 'confirmed');
  }

  @EventPattern(topics.paymentDeclined)
  paymentDeclined(@Payload() { orderId }: OfOrderDto): Promise<void> {
    return this.#finish(orderId, 'rejected', 'payment-declined');
  }

  async #finish(orderId: string, status: OrderStatus, reason?: string): Promise<void> {
    await this.orders.finish(orderId, status, reason);
    this.client.emit(topics.orderEvents, {
      key: orderId,
      headers: { ce_type: `order.${status}` },
      value: { orderId, status },
    });
  }
}
