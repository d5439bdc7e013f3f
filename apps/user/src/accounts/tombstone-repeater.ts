import { Inject, Injectable } from '@nestjs/common';
import { Commands } from '@tradewind/messaging';
import { Metrics, PeriodicWorker, Timers } from '@tradewind/service';
import { repeatTombstone } from '../commands/repeat-tombstone.command.js';
import { ErasureQueries } from '../storage/erasure.queries.js';

/**
 * Publishes the tombstone of each destroyed data key a second time, a day after the first. The broker compacts closed segments only, and
 * closes one when a record arrives at its partition: without the second tombstone the first would stay in the open segment of a partition
 * at which no one registers, and the wrapped key on the disk.
 */
@Injectable()
export class TombstoneRepeater extends PeriodicWorker {
  protected readonly intervalMs = 3_600_000;
  #overdue = Number.NaN;

  constructor(
    private readonly queries: ErasureQueries,
    @Inject(Commands) private readonly commands: Commands,
    @Inject(Timers) timers: Timers,
    metrics: Metrics,
  ) {
    super(timers, 'tombstones could not be repeated; retrying');
    metrics.gauge(
      'tradewind_erasures_overdue',
      'Forgotten people whose data key may still be on the disks of the brokers, hours after it should have gone.',
      () => this.#overdue,
    );
  }

  /** Repeats what is due. */
  async run(): Promise<void> {
    try {
      await this.#repeatDue();
      this.#overdue = await this.queries.overdue();
    } catch (error) {
      this.#overdue = Number.NaN; // it is not known, which is not 0
      throw error;
    }
  }

  async #repeatDue(): Promise<void> {
    for (;;) {
      const due = await this.queries.due();
      if (due.length === 0) return;
      await Promise.all(due.map((person) => this.commands.run(repeatTombstone, person)));
    }
  }
}
