import { Module } from '@nestjs/common';
import { database } from '../../nest-shop/database.js';
import { ProductEntity } from '../../nest-shop/product.entity.js';
import { ReservationEntity } from '../../nest-shop/reservation.entity.js';
import { StockService } from '../../nest-shop/stock.service.js';
import { runApp } from '../run-app.js';
import { ReservationsController } from './reservations.controller.js';

@Module({
  controllers: [ReservationsController],
  providers: [database(ProductEntity, ReservationEntity), StockService],
})
class ProductModule {}

await runApp(ProductModule);
