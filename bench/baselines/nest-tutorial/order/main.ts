import { Module } from '@nestjs/common';
import { ClientsModule } from '@nestjs/microservices';
import { database } from '../../nest-shop/database.js';
import { OrderEntity } from '../../nest-shop/order.entity.js';
import { OrdersService } from '../../nest-shop/orders.service.js';
import { PriceEntity } from '../../nest-shop/price.entity.js';
import { client } from '../kafka.js';
import { runApp } from '../run-app.js';
import { OrdersController } from './orders.controller.js';

@Module({
  imports: [ClientsModule.register([client('order')])],
  controllers: [OrdersController],
  providers: [database(OrderEntity, PriceEntity), OrdersService],
})
class OrderModule {}

await runApp(OrderModule, 'order');
