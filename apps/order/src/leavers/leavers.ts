import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { isRejection } from '@tradewind/kernel';
import { Commands } from '@tradewind/messaging';
import { Timers } from '@tradewind/service';
import { cancelOrder } from '../commands/cancel-order.command.js';
import { LeaverQueries } from '../storage/leaver.queries.js';

const intervalMs = 1_000;

/**
 * Cancels the orders of people who left: what is pending when the service learns of it, and what is placed or confirmed later, because a
 * checkout may arrive after `user.forgotten`. Without it such an order would be confirmed without an address. It reads rows and not
 * messages, so a process that stops in between loses nothing.
 */
@Injectable()
export class Leavers implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger('Leavers');
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    private readonly queries: LeaverQueries,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Timers) private readonly timers: Timers,
  ) {}

  onApplicationBootstrap(): void {
    this.#running = this.#runUntilStopped();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #runUntilStopped(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      await this.#cancelAll().catch((error: unknown) =>
        this.#logger.warn('orders of people who left could not be cancelled; retrying', error),
      );
      await this.timers.wait(intervalMs, this.#stopped.signal);
    }
  }

  async #cancelAll(): Promise<void> {
    for (const order of await this.queries.openOrders()) {
      const result = await this.commands.run(cancelOrder, order);
      // Another instance may have cancelled it, or its saga ends it for another reason.
      if (!isRejection(result)) this.#logger.log(`cancelled the order ${order.orderId}: its buyer left`);
    }
  }
}
