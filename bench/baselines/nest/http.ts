import {
  BadGatewayException,
  Body,
  ConflictException,
  Controller,
  Delete,
  HttpCode,
  HttpException,
  HttpStatus,
  Injectable,
  Logger,
  Param,
  ParseUUIDPipe,
  Post,
} from '@nestjs/common';
import { IsInt, IsString, Min } from 'class-validator';
import { setting } from '../../environment/program.js';
import type { OrderEntity, OrderStatus } from './entities.js';
import { OrderIdDto, PlaceOrderDto, ReserveDto } from './dto.js';
import { runApp } from './run-app.js';
import { OrdersService, PaymentsService, StockService } from './services.js';

class CaptureDto extends OrderIdDto {
  @IsInt() @Min(0) amount!: number;
  @IsString() method!: string;
}

/** Calls the other services over HTTP. Rejects when the answer is neither a yes nor a no. */
@Injectable()
class ShopClient {
  readonly #product = setting('PRODUCT_URL');
  readonly #payment = setting('PAYMENT_URL');

  reserve({ orderId, lines: all }: OrderEntity): Promise<boolean> {
    const lines = all.map(({ productId, quantity }) => ({ productId, quantity }));
    return this.#call('POST', `${this.#product}/reservations`, HttpStatus.CONFLICT, { orderId, lines });
  }

  capture({ orderId, total: amount, paymentMethod: method }: OrderEntity): Promise<boolean> {
    return this.#call('POST', `${this.#payment}/payments`, HttpStatus.PAYMENT_REQUIRED, { orderId, amount, method });
  }

  async release({ orderId }: OrderEntity): Promise<void> {
    await this.#call('DELETE', `${this.#product}/reservations/${orderId}`, undefined);
  }

  async #call(method: string, url: string, no: HttpStatus | undefined, body?: object): Promise<boolean> {
    const response = await fetch(url, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    await response.arrayBuffer(); // frees the connection
    if (response.ok) return true;
    if (response.status === no) return false;
    throw new Error(`${method} ${url} answered ${response.status}`);
  }
}

@Controller('orders')
class OrdersController {
  readonly #logger = new Logger('Orders');

  constructor(
    private readonly orders: OrdersService,
    private readonly shop: ShopClient,
  ) {}

  @Post()
  async place(@Body() body: PlaceOrderDto): Promise<{ orderId: string; status: OrderStatus }> {
    const order = await this.orders.place(body);
    try {
      const { orderId, status } = await this.#fulfil(order);
      return { orderId, status };
    } catch (error) {
      await this.#compensate(order);
      throw new BadGatewayException('the order could not be fulfilled', { cause: error });
    }
  }

  async #fulfil(order: OrderEntity): Promise<OrderEntity> {
    if (!(await this.shop.reserve(order))) return this.orders.finish(order.orderId, 'rejected', 'out-of-stock');
    if (await this.shop.capture(order)) return this.orders.finish(order.orderId, 'confirmed');
    await this.shop.release(order);
    return this.orders.finish(order.orderId, 'rejected', 'payment-declined');
  }

  /** What cannot be compensated stays as it is. */
  async #compensate(order: OrderEntity): Promise<void> {
    try {
      await this.shop.release(order);
      await this.orders.finish(order.orderId, 'rejected', 'failed');
    } catch (error) {
      this.#logger.error(`the order ${order.orderId} could not be compensated: ${String(error)}`);
    }
  }
}

@Controller('reservations')
class ReservationsController {
  constructor(private readonly stock: StockService) {}

  @Post()
  async reserve(@Body() { orderId, lines }: ReserveDto): Promise<{ orderId: string }> {
    if (!(await this.stock.reserve(orderId, lines))) throw new ConflictException('out of stock');
    return { orderId };
  }

  @Delete(':orderId')
  @HttpCode(204)
  release(@Param('orderId', ParseUUIDPipe) orderId: string): Promise<void> {
    return this.stock.release(orderId);
  }
}

@Controller('payments')
class PaymentsController {
  constructor(private readonly payments: PaymentsService) {}

  @Post()
  async capture(@Body() { orderId, amount, method }: CaptureDto): Promise<{ orderId: string }> {
    if (!(await this.payments.capture(orderId, amount, method)))
      throw new HttpException('declined', HttpStatus.PAYMENT_REQUIRED);
    return { orderId };
  }
}

/* One of the three services. */
await runApp({
  order: { controllers: [OrdersController], providers: [ShopClient] },
  product: { controllers: [ReservationsController] },
  payment: { controllers: [PaymentsController] },
});
