import { Body, ConflictException, Controller, Delete, HttpCode, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { StockService } from '../../nest-shop/stock.service.js';
import { ReserveDto } from '../calls.dto.js';

@Controller('reservations')
export class ReservationsController {
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
