import { Transient } from '@tradewind/kernel';
import {
  Aborted,
  backOff,
  DatabaseUnsuitable,
  TableMismatch,
  unlessAborted,
  type AnyTable,
  type Log,
  type RuntimePorts,
  type Store,
  type TableFindings,
} from '../ports/index.js';
import { loadedBy } from './loaded-by.js';

/** Checks the settings of the connections and compares the declared tables with the database, once, before a transaction loads or saves rows. */
export class DatabaseCheck {
  #isDone = false;
  #running: Promise<TableFindings> | undefined;

  constructor(
    private readonly store: Store,
    private readonly tables: readonly AnyTable[],
  ) {
    const names = tables.map(({ name }) => name);
    const twice = names.find((name, index) => names.indexOf(name) < index);
    if (twice !== undefined) throw new TypeError(`the lock order names the table ${twice} twice`);
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  /** Rejects with DatabaseUnsuitable or TableMismatch, or with Transient while the database is unavailable. A later call compares again. */
  run(): Promise<TableFindings> {
    return (this.#running ??= this.#check().finally(() => (this.#running = undefined)));
  }

  /** Waits for a database that is unavailable. Throws DatabaseUnsuitable or TableMismatch; returns when the signal is aborted first. */
  async untilDone(ports: RuntimePorts, log: Log, signal: AbortSignal): Promise<void> {
    for (let attempts = 0; !this.#isDone && !signal.aborted; attempts++) {
      try {
        for (const warning of (await unlessAborted(signal, this.run())).warnings) log('warn', warning);
      } catch (error) {
        if (error instanceof Aborted) return;
        if (!(error instanceof Transient)) throw error;
        log('warn', 'the database does not answer yet', { error: String(error) });
        await ports.timers.wait(backOff(ports, attempts, 200, 3_000), signal);
      }
    }
  }

  async #check(): Promise<TableFindings> {
    const unsuitable = await this.store.unsuitableSettings();
    if (unsuitable.length > 0) throw new DatabaseUnsuitable(unsuitable);
    const findings = await this.store.compareTables(this.tables.map((table) => ({ table, loadedBy: loadedBy(table) })));
    if (findings.problems.length > 0) throw new TableMismatch(findings.problems);
    this.#isDone = true;
    return findings;
  }
}
