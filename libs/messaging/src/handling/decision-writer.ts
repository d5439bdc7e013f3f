import type { EntityManager } from 'typeorm';
import { newId } from '@tradewind/kernel';
import { OutboxNeedsTransaction } from '../outbox/index.js';
import type { AnyTable, CallerTransaction, RuntimePorts, Transaction } from '../ports/index.js';
import { decisionSpans } from '../tracing/index.js';
import type { Decision } from './decision.js';
import type { DecisionContext } from './handler-context.js';
import { LoadedTable } from './loaded-table.js';
import { UnitOfWork } from './unit-of-work.js';

/** Saves decisions in a transaction that the caller owns. */
export class DecisionWriter {
  constructor(
    private readonly transactionOf: CallerTransaction,
    private readonly tables: readonly AnyTable[],
    private readonly ports: RuntimePorts,
  ) {}

  /** Loads and locks rows by key, decides, saves. */
  async write(
    manager: EntityManager,
    keys: ReadonlyMap<AnyTable, readonly string[]>,
    decide: (context: DecisionContext) => Decision,
  ): Promise<void> {
    if (manager.queryRunner?.isTransactionActive !== true) throw new OutboxNeedsTransaction();
    await this.transactionOf(manager, async (transaction) => {
      const tables = new Map(this.tables.map((table) => [table.name, new LoadedTable(table)]));
      for (const [table, wanted] of keys) await load(transaction, tables.get(table.name), table, wanted);
      const now = this.ports.clock.now();
      const work = new UnitOfWork(tables, this.ports, now);
      const cause = newId(this.ports);
      const decision = decide({ now, newId: () => newId(this.ports), cause, sequence: 0n });
      const spans = decisionSpans();
      work.accept({ cause, orderingKey: cause, load: {}, input: undefined, decide: () => decision }, decision, spans)();
      await work.save(transaction);
      spans?.end();
    });
  }
}

async function load(
  transaction: Transaction,
  loaded: LoadedTable | undefined,
  table: AnyTable,
  keys: readonly string[],
): Promise<void> {
  if (!loaded) throw new TypeError(`the table ${table.name} is declared by no feature`);
  loaded.request(keys);
  loaded.add(await transaction.load({ table, by: new Map([[table.key, new Set(keys)]]) }));
}
