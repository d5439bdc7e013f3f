import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put } from '@nestjs/common';
import {
  ApiGoneResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import { isRefusal, type ProductId, type Refusal, type UserId } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import { Awaiting, CurrentUser, problemForNow, type User } from '@tradewind/service';
import { cartView, type CartView } from '../domain/cart-view.js';
import type { Item } from '../domain/cart.js';
import { removeItem, setItem } from '../commands/set-item.command.js';
import { CartQueries } from '../storage/cart.queries.js';
import { AddItem, CartAnswer, ItemPath, SetQuantity } from './cart.dto.js';
import { cartProblem } from './cart.problems.js';

/** How long a product may take from its owner's answer to the cart's own copy. */
const patience = 2_000;

@ApiTags('cart')
@Controller('cart')
export class CartController {
  constructor(
    private readonly queries: CartQueries,
    @Inject(Commands) private readonly commands: Commands,
    private readonly awaiting: Awaiting,
  ) {}

  @Get()
  @ApiOperation({ summary: "One's own cart, at the prices of now" })
  @ApiOkResponse({ type: CartAnswer })
  async read(@CurrentUser() { id }: User): Promise<CartView> {
    return cartView(await this.queries.lines(id));
  }

  @Put('items/:productId')
  @ApiOperation({ summary: 'Set the quantity of an item; 0 takes it out' })
  @ApiOkResponse({ type: CartAnswer })
  @ApiNotFoundResponse({ description: 'There is no such product, or the cart has not heard of it yet: Retry-After.' })
  @ApiUnprocessableEntityResponse({ description: 'The cart is full.' })
  @ApiGoneResponse({ description: 'The person was forgotten.' })
  async set(
    @CurrentUser() { id }: User,
    @Param() { productId }: ItemPath,
    @Body() { quantity }: SetQuantity,
  ): Promise<CartView> {
    return quantity === 0 ? this.remove({ id }, { productId }) : this.#set(id, productId, quantity, false);
  }

  @Post('items')
  @HttpCode(200)
  @ApiOperation({ summary: 'Put pieces in, besides those that are there' })
  @ApiOkResponse({ type: CartAnswer })
  @ApiNotFoundResponse({ description: 'There is no such product, or the cart has not heard of it yet: Retry-After.' })
  @ApiUnprocessableEntityResponse({ description: 'The cart is full, or the line has too many pieces.' })
  @ApiGoneResponse({ description: 'The person was forgotten.' })
  async add(@CurrentUser() { id }: User, @Body() { productId, quantity }: AddItem): Promise<CartView> {
    return this.#set(id, productId, quantity, true);
  }

  @Delete('items/:productId')
  @ApiOperation({ summary: 'Take an item out; no error where there is none' })
  @ApiOkResponse({ type: CartAnswer })
  async remove(@CurrentUser() { id }: Pick<User, 'id'>, @Param() { productId }: ItemPath): Promise<CartView> {
    return this.#answer(id, await this.commands.run(removeItem, { userId: id, productId }));
  }

  async #set(userId: UserId, productId: ProductId, quantity: number, add: boolean): Promise<CartView> {
    const item = await this.awaiting.until<Item>('products', productId, this.queries.items, patience);
    if (!item) throw problemForNow(404, 'not-found', 'there is no such product', 1);
    return this.#answer(userId, await this.commands.run(setItem, { userId, ...item, quantity, add }));
  }

  async #answer(userId: UserId, result: string | Refusal): Promise<CartView> {
    const cart = cartView(await this.queries.lines(userId));
    if (isRefusal(result)) throw cartProblem(result, cart);
    return cart;
  }
}
