import { Body, Controller, Get, Headers, HttpCode, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { orderId, type OrderId } from '@tradewind/contracts';
import { isRejection, uuidv7, type Rejection } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiHeader,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiTooManyRequestsResponse,
  BodyLimit,
  Clock,
  Closed,
  CurrentUser,
  IdempotencyKey,
  maxBodyLimit,
  page,
  PageQueryById,
  Randomness,
  readCursor,
  setReplayedHeader,
  Sealer,
  type FieldError,
  type Page,
  type User,
} from '@tradewind/service';
import type { Response } from 'express';
import { cancelOrder } from '../commands/cancel-order.command.js';
import { changeOrderAddress } from '../commands/change-address.command.js';
import { placeOrder } from '../commands/place-order.command.js';
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
import { addressOf, addressText, isSameAddress } from './address.js';
import { orderProblem, priceChanged } from './order.problems.js';
import { listed } from './order.view.js';
import { OwnOrders } from './own-orders.js';
import { placeOrderClaim } from './place-order.idempotency.js';
import { preferredWait } from './prefer.js';
import { archivedItems, pricedLines } from './priced-lines.js';

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
  @BodyLimit(maxBodyLimit)
  @HttpCode(202)
  @ApiOperation({ summary: 'Place an order at current prices' })
  @ApiAcceptedResponse({ type: AcceptedOrder })
  @ApiConflictResponse({
    description:
      '`price-changed`, with the lines and their total: it is not `expectedTotal`. `product-archived`: a product is not for sale any more; `errors` names it.',
  })
  async place(
    @CurrentUser() user: User,
    @IdempotencyKey() key: string,
    @Body() body: PlaceOrder,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AcceptedOrder> {
    const hashes = await this.sealer.requestHashes(user.id, key, body);
    const prices = await this.prices.of(body.items.map(({ productId }) => productId));
    const lines = pricedLines(body.items, prices);
    const archived = archivedItems(body.items, prices);
    const id = orderId(uuidv7(this.clock.now().getTime(), this.randomness.bytes(10)));
    const order = {
      orderId: id,
      userId: user.id,
      lines,
      paymentMethod: body.paymentMethod,
      shippingAddress: await this.#seal(user, id, body.shippingAddress),
      request: hashes,
      expectedTotal: body.expectedTotal,
      archived: archived.length > 0,
    };
    const { answer, replayed } = await this.commands.once(placeOrder, order, placeOrderClaim(user.id, hashes));
    if (isRejection(answer) && answer.rejected === 'price-changed') throw priceChanged(lines);
    setReplayedHeader(response, replayed);
    return this.#accepted(answer, response, archived);
  }

  @Get()
  @ApiOperation({ summary: 'Your orders, newest first' })
  @ApiOkResponse({ type: OrderPage })
  async list(@CurrentUser() user: User, @Query() { limit, cursor }: PageQueryById): Promise<Page<OrderListed>> {
    const rows = await this.orders.ofUser(user.id, readCursor(cursor, orderId), limit + 1);
    return page(rows.map(listed), limit, ({ id }) => id);
  }

  @Get(':id')
  @ApiOperation({ summary: 'One of your orders' })
  @ApiHeader({
    name: 'Prefer',
    required: false,
    description:
      '`wait=10`: answer as soon as the order has its outcome, or after 10 seconds (at most 30) with its current state.',
    schema: { type: 'string', example: 'wait=2' },
  })
  @ApiOkResponse({ type: OrderAnswer })
  @ApiNotFoundResponse()
  @ApiTooManyRequestsResponse({ description: '20 requests of yours wait for an order already.' })
  async find(
    @CurrentUser() user: User,
    @Param() { id }: OrderPath,
    @Closed() closed: AbortSignal,
    @Headers('prefer') prefer: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<OrderAnswer> {
    const seconds = preferredWait(prefer);
    if (seconds > 0) response.setHeader('Preference-Applied', `wait=${seconds}`);
    return this.own.find(user.id, id, closed, seconds * 1_000);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Send a pending order to another address, at most 10 times' })
  @ApiOkResponse({ type: OrderAnswer })
  @ApiNotFoundResponse()
  @ApiConflictResponse({ description: 'It is too late, or the address was changed 10 times.' })
  async change(
    @CurrentUser() user: User,
    @Param() { id }: OrderPath,
    @Body() { shippingAddress }: ChangeOrder,
    @Closed() closed: AbortSignal,
  ): Promise<OrderAnswer> {
    const current = await this.own.find(user.id, id, closed);
    // Nothing is written: each change stays for ever, as an event with a sealed address.
    if (current.status === 'pending' && isSameAddress(current.shippingAddress, shippingAddress)) return current;
    const changed = await this.commands.run(changeOrderAddress, {
      orderId: id,
      userId: user.id,
      shippingAddress: await this.#seal(user, id, shippingAddress),
    });
    if (isRejection(changed)) throw orderProblem(changed);
    return this.own.find(user.id, id, closed);
  }

  @Post(':id/cancel')
  @HttpCode(202)
  @ApiOperation({ summary: 'Cancel an order; it is cancelled once everything is compensated' })
  @ApiAcceptedResponse({ type: AcceptedOrder })
  @ApiNotFoundResponse()
  @ApiConflictResponse({ description: 'It is rejected, cancelled or being cancelled.' })
  async cancel(
    @CurrentUser() user: User,
    @Param() { id }: OrderPath,
    @Closed() closed: AbortSignal,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AcceptedOrder> {
    await this.own.expect(user.id, id, closed);
    return this.#accepted(await this.commands.run(cancelOrder, { orderId: id, userId: user.id }), response);
  }

  #seal(user: User, id: OrderId, address: Address): Promise<string> {
    return this.sealer.seal(user.id, addressOf(id), addressText(address));
  }

  #accepted(
    answer: { orderId: OrderId } | Rejection,
    response: Response,
    errors?: readonly FieldError[],
  ): AcceptedOrder {
    if (isRejection(answer)) throw orderProblem(answer, errors);
    response.setHeader('Location', `/orders/${answer.orderId}`);
    return answer;
  }
}
