import { Inject, Injectable } from '@nestjs/common';
import { isRejection } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import { PeriodicWorker, Timers } from '@tradewind/service';
import { cancelOrder } from '../commands/cancel-order.command.js';
import { LeaverQueries } from '../storage/leaver.queries.js';

/**
 * Cancels the orders of people who left: what is pending when the service learns of it, and what is placed or confirmed later, because a
 * checkout may arrive after `user.forgotten`. Without it such an order would be confirmed without an address. It reads rows and not
 * messages, so a process that stops in between loses nothing.
 */
@Injectable()
export class Leavers extends PeriodicWorker {
  protected readonly intervalMs = 1_000;

  constructor(
    private readonly queries: LeaverQueries,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Timers) timers: Timers,
  ) {
    super(timers, 'orders of people who left could not be cancelled; retrying');
  }

  async run(): Promise<void> {
    for (const order of await this.queries.openOrders()) {
      const result = await this.commands.run(cancelOrder, order);
      // Another instance may have cancelled it, or its saga ends it for another reason.
      if (!isRejection(result))
        this.logger.log('cancelled an order: its buyer left', { correlation_id: order.orderId });
    }
  }
}
