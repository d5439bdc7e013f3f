import { Body, Controller, Get, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { ProductId } from '@tradewind/contracts';
import { isRejection, type Rejection } from '@tradewind/kernel';
import { Commands, UniqueConflict } from '@tradewind/messaging';
import {
  Acting,
  ApiBadRequestResponse,
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  page,
  PageQueryById,
  problem,
  Public,
  Requires,
  type ActingStaff,
  type Page,
} from '@tradewind/service';
import type { Response } from 'express';
import { skuTaken } from '../domain/product.js';
import { addProduct } from '../commands/add-product.command.js';
import { changeProduct } from '../commands/change-product.command.js';
import { ProductQueries, type ProductFilter, type ProductView } from '../storage/product.queries.js';
import {
  AddProduct,
  ChangeProduct,
  ProductAnswer,
  ProductList,
  ProductOrder,
  ProductPage,
  ProductPath,
} from './product.dto.js';
import { cursorAfter, positionOf } from './product-cursor.js';
import { productProblem, skuTakenProblem } from './product.problems.js';

const skuConflict = '`sku-taken`: another product has this SKU; `product` names it.';

@ApiTags('products')
@Controller('products')
export class ProductsController {
  constructor(
    private readonly products: ProductQueries,
    @Inject(Commands) private readonly commands: Commands,
  ) {}

  @Get()
  @Public()
  @ApiOperation({ summary: 'List or search the products that are for sale' })
  @ApiOkResponse({ type: ProductPage })
  @ApiBadRequestResponse({ description: 'Also for a cursor of a list with another sort.' })
  list(@Query() { query, sku, ...order }: ProductList): Promise<Page<ProductView>> {
    return this.#page(order, { query, sku });
  }

  @Get('archived')
  @Requires('products.read')
  @ApiOperation({ summary: 'List the products that are archived, newest product first (staff)' })
  @ApiOkResponse({ type: ProductPage })
  async listArchived(@Query() { limit, cursor }: PageQueryById): Promise<Page<ProductView>> {
    const after = cursor === undefined ? undefined : [cursor];
    const listed = await this.products.list('newest', limit + 1, after, { archived: true });
    return page(
      listed.map(({ product }) => product),
      limit,
      ({ id }) => id,
    );
  }

  @Get(':id')
  @Public()
  @ApiOperation({ summary: 'One product, archived or not' })
  @ApiOkResponse({ type: ProductAnswer })
  @ApiNotFoundResponse()
  async find(@Param() { id }: ProductPath): Promise<ProductView> {
    return this.#view(id);
  }

  @Post()
  @Requires('products.write')
  @ApiOperation({ summary: 'Add a product (staff)' })
  @ApiCreatedResponse({ type: ProductAnswer })
  @ApiConflictResponse({ description: skuConflict })
  async add(
    @Acting() acting: ActingStaff,
    @Body() body: AddProduct,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ProductView> {
    const id = await this.#productId(this.commands.run(addProduct, { ...body, acting }), body.sku);
    response.setHeader('Location', `/products/${id}`);
    return this.#view(id);
  }

  @Patch(':id')
  @Requires('products.write')
  @ApiOperation({ summary: 'Change, archive or restore a product (staff)' })
  @ApiOkResponse({ type: ProductAnswer })
  @ApiNotFoundResponse()
  @ApiConflictResponse({ description: skuConflict })
  async change(
    @Acting() acting: ActingStaff,
    @Param() { id }: ProductPath,
    @Body() change: ChangeProduct,
  ): Promise<ProductView> {
    const changed = this.commands.run(changeProduct, { productId: id, change, acting });
    return this.#view(await this.#productId(changed, change.sku));
  }

  async #page({ sort, limit, cursor }: ProductOrder, filter: ProductFilter): Promise<Page<ProductView>> {
    const listed = await this.products.list(sort, limit + 1, positionOf(sort, cursor), filter);
    const { items, nextCursor } = page(listed, limit, ({ position }) => cursorAfter(sort, position));
    return { items: items.map(({ product }) => product), nextCursor };
  }

  /** `sku` is the one that was asked for. */
  async #productId(result: Promise<ProductId | Rejection>, sku?: string): Promise<ProductId> {
    const id = await result.catch((error: unknown) => {
      if (error instanceof UniqueConflict && error.constraint === 'sku_taken') return skuTaken;
      throw error;
    });
    if (!isRejection(id)) return id;
    if (id.rejected === skuTaken.rejected && sku !== undefined)
      throw skuTakenProblem(await this.products.findBySku(sku));
    throw productProblem(id);
  }

  async #view(id: ProductId): Promise<ProductView> {
    const product = await this.products.find(id);
    if (!product) throw problem(404, 'not-found', 'there is no such product');
    return product;
  }
}
