import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import { isRefusal, orderId, uuidv7, type OrderId, type Refusal } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import {
  Clock,
  CurrentUser,
  IdempotencyKey,
  page,
  PageQuery,
  Randomness,
  readCursor,
  replayHeader,
  requestHashes,
  Sealer,
  type Page,
  type User,
} from '@tradewind/service';
import type { Response } from 'express';
import { cancelOrder } from '../handlers/cancel-order.command.js';
import { changeOrderAddress } from '../handlers/change-address.command.js';
import { placeOrder } from '../handlers/place-order.command.js';
import { OrderQueries } from '../storage/order.queries.js';
import { CurrentPrices } from './current-prices.js';
import {
  AcceptedOrder,
  ChangeOrder,
  OrderAnswer,
  OrderPage,
  OrderPath,
  PlaceOrder,
  type Address,
  type OrderListed,
} from './order.dto.js';
import { orderProblem } from './order.problems.js';
import { listed } from './order.view.js';
import { OwnOrders } from './own-orders.js';
import { placedOnce } from './placed-once.js';
import { preferredWait } from './prefer.js';
import { pricedLines } from './priced-lines.js';

@ApiTags('orders')
@Controller('orders')
export class OrdersController {
  constructor(
    private readonly orders: OrderQueries,
    private readonly prices: CurrentPrices,
    private readonly own: OwnOrders,
    private readonly sealer: Sealer,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Randomness) private readonly randomness: Randomness,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Place an order at the prices of now' })
  @ApiAcceptedResponse({ type: AcceptedOrder })
  async place(
    @CurrentUser() user: User,
    @IdempotencyKey() key: string,
    @Body() body: PlaceOrder,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AcceptedOrder> {
    const hashes = requestHashes(key, body);
    const lines = pricedLines(body.items, await this.prices.of(body.items.map(({ productId }) => productId)));
    const order = {
      orderId: orderId(uuidv7(this.clock.now().getTime(), this.randomness.bytes(10))),
      userId: user.id,
      lines,
      paymentMethod: body.paymentMethod,
      shippingAddress: await this.#sealed(user, body.shippingAddress),
      accepted: hashes,
    };
    const { answer, replayed } = await this.commands.once(placeOrder, order, placedOnce(user.id, hashes));
    replayHeader(response, replayed);
    return this.#accepted(answer, response);
  }

  @Get()
  @ApiOperation({ summary: 'Your orders, newest first' })
  @ApiOkResponse({ type: OrderPage })
  async list(@CurrentUser() user: User, @Query() { limit, cursor }: PageQuery): Promise<Page<OrderListed>> {
    const rows = await this.orders.ofUser(user.id, readCursor(cursor, orderId), limit + 1);
    return page(rows.map(listed), limit, ({ id }) => id);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One of your orders' })
  @ApiHeader({
    name: 'Prefer',
    required: false,
    description:
      '`wait=10`: answer as soon as the order has its outcome, or after 10 seconds (at most 30) as it stands.',
  })
  @ApiOkResponse({ type: OrderAnswer })
  @ApiNotFoundResponse()
  async find(
    @CurrentUser() user: User,
    @Param() { id }: OrderPath,
    @Headers('prefer') prefer: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<OrderAnswer> {
    const seconds = preferredWait(prefer);
    if (seconds > 0) response.setHeader('Preference-Applied', `wait=${seconds}`);
    return this.own.find(user.id, id, seconds * 1_000);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Send a pending order to another address' })
  @ApiOkResponse({ type: OrderAnswer })
  @ApiNotFoundResponse()
  @ApiConflictResponse({ description: 'It is too late.' })
  async change(
    @CurrentUser() user: User,
    @Param() { id }: OrderPath,
    @Body() { shippingAddress }: ChangeOrder,
  ): Promise<OrderAnswer> {
    await this.own.expect(user.id, id);
    const changed = await this.commands.run(changeOrderAddress, {
      orderId: id,
      userId: user.id,
      shippingAddress: await this.#sealed(user, shippingAddress),
    });
    if (isRefusal(changed)) throw orderProblem(changed);
    return this.own.find(user.id, id);
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @ApiOperation({ summary: 'Cancel an order; it is cancelled when everything is undone' })
  @ApiAcceptedResponse({ type: AcceptedOrder })
  @ApiNotFoundResponse()
  @ApiConflictResponse({ description: 'It is rejected, cancelled or being cancelled.' })
  async cancel(
    @CurrentUser() user: User,
    @Param() { id }: OrderPath,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AcceptedOrder> {
    await this.own.expect(user.id, id);
    return this.#accepted(await this.commands.run(cancelOrder, { orderId: id, userId: user.id }), response);
  }

  #sealed(user: User, { name, line1, line2, city, postcode, country }: Address): Promise<string> {
    return this.sealer.seal(user.id, JSON.stringify({ name, line1, line2, city, postcode, country }));
  }

  #accepted(answer: { orderId: OrderId } | Refusal, response: Response): AcceptedOrder {
    if (isRefusal(answer)) throw orderProblem(answer);
    response.setHeader('Location', `/orders/${answer.orderId}`);
    return answer;
  }
}
