import { Body, Controller, HttpCode, Inject, Post } from '@nestjs/common';
import { ClientsModule, EventPattern, Payload, Transport, type ClientKafka } from '@nestjs/microservices';
import { IsInt, IsString, Min } from 'class-validator';
import { setting } from '../../environment/program.js';
import type { OrderStatus } from './entities.js';
import { OrderIdDto, PlaceOrderDto, ReserveDto } from './dto.js';
import { OrdersService, PaymentsService, StockService } from './services.js';
import { runApp } from './run-app.js';
import { topics } from './topics.js';

const kafka = 'KAFKA';

class StockReservedDto extends OrderIdDto {
  @IsInt() @Min(0) total!: number;
  @IsString() paymentMethod!: string;
}

class OrderCreatedDto extends ReserveDto {
  @IsInt() @Min(0) total!: number;
  @IsString() paymentMethod!: string;
}

@Controller('orders')
class OrdersController {
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
class StockController {
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
class PaymentsController {
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

/* One of the three services. */
const name = setting('SERVICE');
const client = { clientId: name, brokers: setting('KAFKA_BROKERS').split(',') };
const transport = Transport.KAFKA as const;
const producer = { name: kafka, transport, options: { client, producerOnlyMode: true } };
const imports = [ClientsModule.register([producer])];
await runApp(
  {
    order: { imports, controllers: [OrdersController] },
    product: { imports, controllers: [StockController] },
    payment: { imports, controllers: [PaymentsController] },
  },
  {
    transport,
    options: { client, consumer: { groupId: `tutorial-${name}` }, subscribe: { fromBeginning: true } },
  },
);
