import { Module } from '@nestjs/common';
import { ClientsModule } from '@nestjs/microservices';
import { database } from '../../nest-shop/database.js';
import { PaymentEntity } from '../../nest-shop/payment.entity.js';
import { PaymentsService } from '../../nest-shop/payments.service.js';
import { client } from '../kafka.js';
import { runApp } from '../run-app.js';
import { PaymentsController } from './payments.controller.js';

@Module({
  imports: [ClientsModule.register([client('payment')])],
  controllers: [PaymentsController],
  providers: [database(PaymentEntity), PaymentsService],
})
class PaymentModule {}

await runApp(PaymentModule, 'payment');
