import { Body, Controller, Get, Inject, Param, Patch, Post, Query, Res } from '@nestjs/common';
import type { ProductId } from '@tradewind/contracts';
import { isRejection, type Rejection } from '@tradewind/kernel';
import { Commands, UniqueConflict } from '@tradewind/messaging';
import {
  ApiConflictResponse,
  ApiCreatedResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  page,
  problem,
  Public,
  Roles,
  type Page,
} from '@tradewind/service';
import type { Response } from 'express';
import { skuTaken } from '../domain/product.js';
import { addProduct } from '../commands/add-product.command.js';
import { adjustStock } from '../commands/adjust-stock.command.js';
import { changeProduct } from '../commands/change-product.command.js';
import { ProductQueries, type ProductView } from '../storage/product.queries.js';
import {
  AddProduct,
  AdjustStock,
  ChangeProduct,
  ProductAnswer,
  ProductList,
  ProductPage,
  ProductPath,
} from './product.dto.js';
import { productProblem } from './product.problems.js';

@ApiTags('products')
@Controller('products')
export class ProductsController {
  constructor(
    private readonly products: ProductQueries,
    @Inject(Commands) private readonly commands: Commands,
  ) {}

  @Get()
  @Public()
  @ApiOperation({ summary: 'List or search the catalogue, by code' })
  @ApiOkResponse({ type: ProductPage })
  async list(@Query() { query, limit, cursor }: ProductList): Promise<Page<ProductView>> {
    return page(await this.products.list(limit + 1, cursor, query), limit, (last) => last.sku);
  }

  @Get(':id')
  @Public()
  @ApiOperation({ summary: 'One product' })
  @ApiOkResponse({ type: ProductAnswer })
  @ApiNotFoundResponse()
  async find(@Param() { id }: ProductPath): Promise<ProductView> {
    return this.#view(id);
  }

  @Post()
  @Roles('admin')
  @ApiOperation({ summary: 'Add a product (admin)' })
  @ApiCreatedResponse({ type: ProductAnswer })
  @ApiConflictResponse({ description: 'Another product has this code.' })
  async add(@Body() body: AddProduct, @Res({ passthrough: true }) response: Response): Promise<ProductView> {
    const id = await this.#productId(this.commands.run(addProduct, body));
    response.setHeader('Location', `/products/${id}`);
    return this.#view(id);
  }

  @Patch(':id')
  @Roles('admin')
  @ApiOperation({ summary: 'Rename or reprice a product (admin)' })
  @ApiOkResponse({ type: ProductAnswer })
  @ApiNotFoundResponse()
  async change(@Param() { id }: ProductPath, @Body() change: ChangeProduct): Promise<ProductView> {
    return this.#view(await this.#productId(this.commands.run(changeProduct, { productId: id, change })));
  }

  @Post(':id/stock-adjustments')
  @Roles('admin')
  @ApiOperation({ summary: 'Add or remove pieces (admin)' })
  @ApiCreatedResponse({ type: ProductAnswer })
  @ApiNotFoundResponse()
  @ApiConflictResponse({ description: 'Fewer pieces are available.' })
  async adjust(@Param() { id }: ProductPath, @Body() { delta, reason }: AdjustStock): Promise<ProductView> {
    return this.#view(await this.#productId(this.commands.run(adjustStock, { productId: id, delta, reason })));
  }

  async #productId(result: Promise<ProductId | Rejection>): Promise<ProductId> {
    const id = await result.catch((error: unknown) => {
      if (error instanceof UniqueConflict && error.constraint === 'sku_taken') return skuTaken;
      throw error;
    });
    if (isRejection(id)) throw productProblem(id);
    return id;
  }

  async #view(id: ProductId): Promise<ProductView> {
    const product = await this.products.find(id);
    if (!product) throw problem(404, 'not-found', 'there is no such product');
    return product;
  }
}
