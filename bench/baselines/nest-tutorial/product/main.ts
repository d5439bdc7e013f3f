import { Module } from '@nestjs/common';
import { ClientsModule } from '@nestjs/microservices';
import { database } from '../../nest-shop/database.js';
import { ProductEntity } from '../../nest-shop/product.entity.js';
import { ReservationEntity } from '../../nest-shop/reservation.entity.js';
import { StockService } from '../../nest-shop/stock.service.js';
import { client } from '../kafka.js';
import { runApp } from '../run-app.js';
import { StockController } from './stock.controller.js';

@Module({
  imports: [ClientsModule.register([client('product')])],
  controllers: [StockController],
  providers: [database(ProductEntity, ReservationEntity), StockService],
})
class ProductModule {}

await runApp(ProductModule, 'product');
