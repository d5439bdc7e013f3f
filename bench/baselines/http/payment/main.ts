import { Module } from '@nestjs/common';
import { database } from '../../nest-shop/database.js';
import { PaymentEntity } from '../../nest-shop/payment.entity.js';
import { PaymentsService } from '../../nest-shop/payments.service.js';
import { runApp } from '../run-app.js';
import { PaymentsController } from './payments.controller.js';

@Module({ controllers: [PaymentsController], providers: [database(PaymentEntity), PaymentsService] })
class PaymentModule {}

await runApp(PaymentModule);
