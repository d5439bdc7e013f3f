import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Commands } from '@tradewind/messaging';
import { Metrics, Timers } from '@tradewind/service';
import { repeatTombstone } from '../commands/repeat-tombstone.command.js';
import { ErasureQueries } from '../storage/erasure.queries.js';

const hour = 3_600_000;

/**
 * Publishes the tombstone of each destroyed data key a second time, a day after the first. The broker compacts closed segments only, and
 * closes one when a record arrives at its partition: without the second tombstone the first would stay in the open segment of a partition
 * at which no one registers, and the wrapped key on the disk.
 */
@Injectable()
export class TombstoneRepeater implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger('Erasure');
  readonly #stopped = new AbortController();
  #overdue = Number.NaN;
  #running: Promise<void> | undefined;

  constructor(
    private readonly queries: ErasureQueries,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Timers) private readonly timers: Timers,
    metrics: Metrics,
  ) {
    metrics.gauge(
      'tradewind_erasures_overdue',
      'Forgotten people whose data key may still be on the disks of the brokers, hours after it should have gone.',
      () => this.#overdue,
    );
  }

  onApplicationBootstrap(): void {
    this.#running = this.#runUntilStopped();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #runUntilStopped(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      await this.run().catch((error: unknown) => {
        this.#overdue = Number.NaN; // it is not known, which is not 0
        this.#logger.warn('tombstones could not be repeated; retrying', error);
      });
      await this.timers.wait(hour, this.#stopped.signal);
    }
  }

  /** Repeats what is due. */
  async run(): Promise<void> {
    for (;;) {
      const due = await this.queries.due();
      if (due.length === 0) break;
      await Promise.all(due.map((person) => this.commands.run(repeatTombstone, person)));
    }
    this.#overdue = await this.queries.overdue();
  }
}
