import { Body, Controller, Get, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { isRejection } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import {
  Acting,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  ApiUnprocessableEntityResponse,
  OptionalIdempotencyKey,
  page,
  readCursor,
  requestHashes,
  Requires,
  setReplayedHeader,
  type ActingStaff,
  type Page,
} from '@tradewind/service';
import type { Response } from 'express';
import { adjustStock } from '../commands/adjust-stock.command.js';
import { unknownProduct } from '../domain/product.js';
import { ProductQueries, type ProductView } from '../storage/product.queries.js';
import { StockHistoryQueries, type StockChangeView } from '../storage/stock-history.queries.js';
import { adjustStockClaim } from './adjust-stock.idempotency.js';
import { ProductAnswer, ProductPath } from './product.dto.js';
import { productProblem } from './product.problems.js';
import { AdjustStock, StockChangeList, StockChangePage } from './stock.dto.js';

/** The stock of a product: its adjustments and its history. */
@ApiTags('products')
@Controller('products/:id')
export class StockController {
  constructor(
    private readonly products: ProductQueries,
    private readonly history: StockHistoryQueries,
    @Inject(Commands) private readonly commands: Commands,
  ) {}

  @Post('stock-adjustments')
  @Requires('stock.adjust')
  @ApiOperation({ summary: 'Add or remove pieces (staff)' })
  @ApiCreatedResponse({ type: ProductAnswer })
  @ApiNotFoundResponse()
  @ApiConflictResponse({ description: 'Fewer pieces are available.' })
  @ApiUnprocessableEntityResponse({ description: 'The key was used with another body.' })
  async adjust(
    @Param() { id }: ProductPath,
    @Body() { delta, reason }: AdjustStock,
    @Acting() acting: ActingStaff,
    @OptionalIdempotencyKey() key: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ProductView> {
    const request = { productId: id, delta, reason, acting };
    const hashes = key === undefined ? undefined : requestHashes(key, { delta, reason });
    const { answer, replayed } = hashes
      ? await this.commands.once(adjustStock, { ...request, hashes }, adjustStockClaim(id, hashes))
      : { answer: await this.commands.run(adjustStock, request), replayed: false };
    if (isRejection(answer)) throw productProblem(answer);
    setReplayedHeader(response, replayed);
    return this.#product(id);
  }

  @Get('stock-changes')
  @Requires('products.read')
  @ApiOperation({ summary: 'Every change of the stock that can be ordered, newest first (staff)' })
  @ApiOkResponse({ type: StockChangePage })
  @ApiNotFoundResponse()
  async changes(
    @Param() { id }: ProductPath,
    @Query() { limit, cursor }: StockChangeList,
  ): Promise<Page<StockChangeView>> {
    const changes = await this.history.changes(id, readCursor(cursor, Number), limit + 1);
    if (changes.length === 0) await this.#product(id);
    return page(changes, limit, ({ number }) => String(number));
  }

  async #product(id: ProductPath['id']): Promise<ProductView> {
    const product = await this.products.find(id);
    if (!product) throw productProblem(unknownProduct);
    return product;
  }
}
