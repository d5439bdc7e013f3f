import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PaymentEntity } from './payment.entity.js';

@Injectable()
export class PaymentsService {
  constructor(private readonly dataSource: DataSource) {}

  /** Asks the provider, which is in process and answers at once; says whether it has the money. */
  async capture(orderId: string, amount: number, method: string): Promise<boolean> {
    const captured = method === 'sim_ok';
    const payments = this.dataSource.getRepository(PaymentEntity);
    await payments.save(payments.create({ orderId, amount, method, status: captured ? 'captured' : 'declined' }));
    return captured;
  }
}
