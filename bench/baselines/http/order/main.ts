import { Module } from '@nestjs/common';
import { database } from '../../nest-shop/database.js';
import { OrderEntity } from '../../nest-shop/order.entity.js';
import { OrdersService } from '../../nest-shop/orders.service.js';
import { PriceEntity } from '../../nest-shop/price.entity.js';
import { runApp } from '../run-app.js';
import { OrdersController } from './orders.controller.js';
import { ShopCalls } from './shop-calls.js';

@Module({ controllers: [OrdersController], providers: [database(OrderEntity, PriceEntity), OrdersService, ShopCalls] })
class OrderModule {}

await runApp(OrderModule);
