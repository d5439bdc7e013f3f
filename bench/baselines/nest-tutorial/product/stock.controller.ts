import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload, type ClientKafka } from '@nestjs/microservices';
import { StockService } from '../../nest-shop/stock.service.js';
import { OfOrderDto, OrderCreatedDto } from '../events.dto.js';
import { kafka } from '../kafka.js';
import { topics } from '../topics.js';

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
  paymentDeclined(@Payload() { orderId }: OfOrderDto): Promise<void> {
    return this.stock.release(orderId);
  }
}
