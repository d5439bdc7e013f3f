import { Body, Controller, HttpException, HttpStatus, Post } from '@nestjs/common';
import { PaymentsService } from '../../nest-shop/payments.service.js';
import { CaptureDto } from '../calls.dto.js';

@Controller('payments')
export class PaymentsController {
  constructor(private readonly payments: PaymentsService) {}

  @Post()
  async capture(@Body() { orderId, amount, method }: CaptureDto): Promise<{ orderId: string }> {
    if (!(await this.payments.capture(orderId, amount, method)))
      throw new HttpException('declined', HttpStatus.PAYMENT_REQUIRED);
    return { orderId };
  }
}
