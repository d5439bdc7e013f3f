import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { EventPattern, Payload, type ClientKafka } from '@nestjs/microservices';
import { Type } from 'class-transformer';
import { ArrayMinSize, IsInt, IsString, Min, ValidateNested } from 'class-validator';
import type { OrderStatus } from '../nest-shop/entities.js';
import { ItemDto, OrderIdDto, PlaceOrderDto } from '../nest-shop/order.dto.js';
import { OrdersService, PaymentsService, StockService } from '../nest-shop/services.js';
import { topics } from './topics.js';

export const kafka = 'KAFKA';

class StockReservedDto extends OrderIdDto {
  @IsInt() @Min(0) total!: number;
  @IsString() paymentMethod!: string;
}

class OrderCreatedDto extends StockReservedDto {
  @ArrayMinSize(1) @ValidateNested({ each: true }) @Type(() => ItemDto) lines!: ItemDto[];
}

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
  stockRejected(@Payload() { orderId }: OrderIdDto): Promise<void> {
    return this.#finish(orderId, 'rejected', 'out-of-stock');
  }

  @EventPattern(topics.paymentCaptured)
  paymentCaptured(@Payload() { orderId }: OrderIdDto): Promise<void> {
    return this.#finish(orderId, 'confirmed');
  }

  @EventPattern(topics.paymentDeclined)
  paymentDeclined(@Payload() { orderId }: OrderIdDto): Promise<void> {
    return this.#finish(orderId, 'rejected', 'payment-declined');
  }

  async #finish(orderId: string, status: OrderStatus, reason?: string): Promise<void> {
    await this.orders.finish(orderId, status, reason);
    const headers = { ce_type: `order.${status}` };
    this.client.emit(topics.orderEvents, { key: orderId, headers, value: { orderId, status } });
  }
}

@Controller()
export class StockController {
  constructor(
    private readonly stock: StockService,
    @Inject(kafka) private readonly client: ClientKafka,
  ) {}

  @EventPattern(topics.orderCreated)
  async orderCreated(@Payload() { orderId, lines, total, paymentMethod }: OrderCreatedDto): Promise<void> {
    if (await this.stock.reserve(orderId, lines))
      this.client.emit(topics.stockReserved, { key: orderId, value: { orderId, total, paymentMethod } });
    else this.client.emit(topics.stockRejected, { key: orderId, value: { orderId } });
  }

  @EventPattern(topics.paymentDeclined)
  paymentDeclined(@Payload() { orderId }: OrderIdDto): Promise<void> {
    return this.stock.release(orderId);
  }
}

@Controller()
export class PaymentsController {
  constructor(
    private readonly payments: PaymentsService,
    @Inject(kafka) private readonly client: ClientKafka,
  ) {}

  @EventPattern(topics.stockReserved)
  async stockReserved(@Payload() { orderId, total, paymentMethod }: StockReservedDto): Promise<void> {
    const isCaptured = await this.payments.capture(orderId, total, paymentMethod);
    const topic = isCaptured ? topics.paymentCaptured : topics.paymentDeclined;
    this.client.emit(topic, { key: orderId, value: { orderId } });
  }
}
