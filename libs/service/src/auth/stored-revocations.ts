import type { Timers } from '@tradewind/kernel';
import type { DataSource } from 'typeorm';
import type { ChangedRow } from '../waiting/index.js';
import { PeriodicWorker } from '../work/index.js';
import type { Revocations } from './revocations.js';
import { RevokedSessions } from './revocations.table.js';

const selectAll = 'select session_id as "sessionId" from svc_revoked_sessions';

/**
 * The revocations in the service's own table of `user.revocations`, in memory. One takes effect at once in the instance that consumes it, and
 * within a second in the others. The service does not start before it has read them; afterwards those in memory stay in use while the
 * database cannot be read.
 */
export class StoredRevocations extends PeriodicWorker implements Revocations {
  protected readonly intervalMs = 1_000;
  #revoked: ReadonlySet<string> = new Set();

  constructor(
    private readonly dataSource: DataSource,
    timers: Timers,
    onCommitted: (listener: (changes: readonly ChangedRow[]) => void) => void,
  ) {
    super(timers, 'revoked sessions could not be read; those in memory stay in use');
    onCommitted((changes) => {
      if (changes.some(({ table }) => table === RevokedSessions.name)) void this.runLogged();
    });
  }

  isRevoked(sessionId: string): boolean {
    return this.#revoked.has(sessionId);
  }

  override async onApplicationBootstrap(): Promise<void> {
    await this.run();
    await super.onApplicationBootstrap();
  }

  async run(): Promise<void> {
    const rows = await this.dataSource.query<{ sessionId: string }[]>(selectAll);
    this.#revoked = new Set(rows.map(({ sessionId }) => sessionId));
  }
}
