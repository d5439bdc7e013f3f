import { Body, Controller, HttpCode, Inject, Post, Res } from '@nestjs/common';
import { orderId, type OrderId } from '@tradewind/contracts';
import { isRejection, uuidv7 } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import {
  ApiAcceptedResponse,
  ApiConflictResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
  Clock,
  CurrentUser,
  IdempotencyKey,
  Randomness,
  setReplayedHeader,
  Sealer,
  type User,
} from '@tradewind/service';
import type { Response } from 'express';
import { cartView } from '../domain/cart-view.js';
import { checkOut } from '../commands/check-out.command.js';
import { CartQueries } from '../storage/cart.queries.js';
import { CheckedOutAnswer, CheckOutBody } from './cart.dto.js';
import { cartProblem } from './cart.problems.js';
import { checkOutClaim } from './check-out.idempotency.js';

@ApiTags('cart')
@Controller('cart/checkout')
export class CheckOutController {
  constructor(
    private readonly queries: CartQueries,
    @Inject(Commands) private readonly commands: Commands,
    private readonly sealer: Sealer,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Randomness) private readonly randomness: Randomness,
  ) {}

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Order the items of the cart' })
  @ApiAcceptedResponse({ type: CheckedOutAnswer, description: 'Location is the order; the cart is empty.' })
  @ApiConflictResponse({
    description:
      '`price-changed` or `items-returned`, with the lines and their total; `product-archived`, with the lines that are not for sale any more; or the cart changed during the checkout.',
  })
  @ApiUnprocessableEntityResponse({ description: '`cart-empty`, or the key was used with another body.' })
  async checkOut(
    @CurrentUser() { id: userId }: User,
    @IdempotencyKey() key: string,
    @Body() body: CheckOutBody,
    @Res({ passthrough: true }) response: Response,
  ): Promise<{ orderId: OrderId }> {
    const id = orderId(uuidv7(this.clock.now().getTime(), this.randomness.bytes(10)));
    const shippingAddress = await this.sealer.seal(
      userId,
      { field: 'order.shipping-address', record: id },
      JSON.stringify(body.shippingAddress),
    );
    const offers = new Map((await this.queries.lines(userId)).map(({ productId, ...offer }) => [productId, offer]));
    const { paymentMethod, expectedTotal } = body;
    const hashes = await this.sealer.requestHashes(userId, key, body);
    const request = { orderId: id, userId, offers, expectedTotal, paymentMethod, shippingAddress, ...hashes };
    const { answer, replayed } = await this.commands.once(checkOut, request, checkOutClaim(userId, hashes));
    if (isRejection(answer)) throw cartProblem(answer, cartView(await this.queries.lines(userId)));
    setReplayedHeader(response, replayed);
    response.setHeader('Location', `/orders/${answer.orderId}`);
    return answer;
  }
}
