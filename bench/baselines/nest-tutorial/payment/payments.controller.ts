import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload, type ClientKafka } from '@nestjs/microservices';
import { PaymentsService } from '../../nest-shop/payments.service.js';
import { StockReservedDto } from '../events.dto.js';
import { kafka } from '../kafka.js';
import { topics } from '../topics.js';

@Controller()
export class PaymentsController {
  constructor(
    private readonly payments: PaymentsService,
    @Inject(kafka) private readonly client: ClientKafka,
  ) {}

  @EventPattern(topics.stockReserved)
  async stockReserved(@Payload() { orderId, total, paymentMethod }: StockReservedDto): Promise<void> {
    const captured = await this.payments.capture(orderId, total, paymentMethod);
    this.client.emit(captured ? topics.paymentCaptured : topics.paymentDeclined, { key: orderId, value: { orderId } });
  }
}
