import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import type { ProductId, UserId } from '@tradewind/contracts';
import { isRejection, type Rejection } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import {
  ApiConflictResponse,
  ApiGoneResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
  RowWaiter,
  CurrentUser,
  temporaryProblem,
  type User,
} from '@tradewind/service';
import { cartView, type CartView } from '../domain/cart-view.js';
import type { Item } from '../domain/cart.js';
import { removeItem, setItem } from '../commands/set-item.command.js';
import { CartQueries } from '../storage/cart.queries.js';
import { AddItem, CartAnswer, ItemPath, SetQuantity } from './cart.dto.js';
import { cartProblem } from './cart.problems.js';

const archivedConflict = '`product-archived`: the product is not for sale any more.';

/** Longest time in milliseconds from the product service's answer to the cart's own copy. */
const timeoutMs = 2_000;

@ApiTags('cart')
@Controller('cart')
export class CartController {
  constructor(
    private readonly queries: CartQueries,
    @Inject(Commands) private readonly commands: Commands,
    private readonly waiter: RowWaiter,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Your cart, at current prices' })
  @ApiOkResponse({ type: CartAnswer })
  async read(@CurrentUser() { id }: User): Promise<CartView> {
    return cartView(await this.queries.lines(id));
  }

  @Put('items/:productId')
  @ApiOperation({ summary: 'Set the quantity of an item; 0 removes it' })
  @ApiOkResponse({ type: CartAnswer })
  @ApiNotFoundResponse({ description: 'Unknown product, or its event has not arrived yet: see Retry-After.' })
  @ApiConflictResponse({ description: archivedConflict })
  @ApiUnprocessableEntityResponse({ description: 'The cart is full.' })
  @ApiGoneResponse({ description: 'The user was forgotten.' })
  async set(
    @CurrentUser() { id }: User,
    @Param() { productId }: ItemPath,
    @Body() { quantity }: SetQuantity,
  ): Promise<CartView> {
    return quantity === 0 ? this.remove({ id }, { productId }) : this.#set(id, productId, quantity, false);
  }

  @Post('items')
  @HttpCode(200)
  @ApiOperation({ summary: 'Add pieces of an item' })
  @ApiOkResponse({ type: CartAnswer })
  @ApiNotFoundResponse({ description: 'Unknown product, or its event has not arrived yet: see Retry-After.' })
  @ApiConflictResponse({ description: archivedConflict })
  @ApiUnprocessableEntityResponse({ description: 'The cart is full, or the line has too many pieces.' })
  @ApiGoneResponse({ description: 'The user was forgotten.' })
  async add(@CurrentUser() { id }: User, @Body() { productId, quantity }: AddItem): Promise<CartView> {
    return this.#set(id, productId, quantity, true);
  }

  @Delete('items/:productId')
  @ApiOperation({ summary: 'Remove an item; no error if it is not in the cart' })
  @ApiOkResponse({ type: CartAnswer })
  async remove(@CurrentUser() { id }: Pick<User, 'id'>, @Param() { productId }: ItemPath): Promise<CartView> {
    return this.#answer(id, await this.commands.run(removeItem, { userId: id, productId }));
  }

  async #set(userId: UserId, productId: ProductId, quantity: number, add: boolean): Promise<CartView> {
    const item = await this.waiter.waitFor<Item>('products', productId, this.queries.items, timeoutMs);
    if (!item) throw temporaryProblem(404, 'not-found', 'there is no such product', 1);
    return this.#answer(userId, await this.commands.run(setItem, { userId, ...item, quantity, add }));
  }

  async #answer(userId: UserId, result: string | Rejection): Promise<CartView> {
    const cart = cartView(await this.queries.lines(userId));
    if (isRejection(result)) throw cartProblem(result, cart);
    return cart;
  }
}
