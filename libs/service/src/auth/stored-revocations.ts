import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Timers } from '@tradewind/kernel';
import type { DataSource } from 'typeorm';
import type { ChangedRow } from '../waiting/index.js';
import type { Revocations } from './revocations.js';
import { RevokedSessions } from './revocations.table.js';

const intervalMs = 1_000;
const selectAll = 'select session_id as "sessionId" from svc_revoked_sessions';

/**
 * The revocations in the service's own table of `user.revocations`, in memory. One takes effect at once in the instance that consumes it, and
 * within a second in the others.
 */
export class StoredRevocations implements Revocations, OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger('Revocations');
  readonly #stopped = new AbortController();
  #revoked: ReadonlySet<string> = new Set();
  #running: Promise<void> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly timers: Timers,
    onCommitted: (listener: (changes: readonly ChangedRow[]) => void) => void,
  ) {
    onCommitted((changes) => {
      if (changes.some(({ table }) => table === RevokedSessions.name)) void this.#load();
    });
  }

  isRevoked(sessionId: string): boolean {
    return this.#revoked.has(sessionId);
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.#load();
    this.#running = this.#runUntilStopped();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #runUntilStopped(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      await this.timers.wait(intervalMs, this.#stopped.signal);
      if (!this.#stopped.signal.aborted) await this.#load();
    }
  }

  async #load(): Promise<void> {
    try {
      const rows = await this.dataSource.query<{ sessionId: string }[]>(selectAll);
      this.#revoked = new Set(rows.map(({ sessionId }) => sessionId));
    } catch (error) {
      this.#logger.warn('revoked sessions could not be read; those in memory stay in use', error);
    }
  }
}
