import type { Table } from '@tradewind/messaging';
import { readEnvelope, SagaHistory, SagaInstances, type AnyTable, type Key } from '@tradewind/messaging/internals';
import type { SimulatedDatabase } from '@tradewind/simulation';
import { serviceParts } from '../../services/index.js';
import type { ClientLog } from '../check/client-log.js';
import type { FinalState, MessagingState, TopicRecord } from '../check/final-state.js';
import { perSimulated, simulatedServices } from '../scenario/simulated-services.js';
import { consumers } from '../shop/consumers.js';
import { topicsOfShop, type SimulatedShop } from '../shop/simulated-shop.js';

/** Reads all committed data. */
export async function readFinalState(
  { databases, kafka, provider }: SimulatedShop,
  log: ClientLog,
): Promise<FinalState> {
  const all = simulatedServices.map((name) => databases[name]);
  return {
    log,
    rows: readRows(databases),
    sagas: all.flatMap((database) => database.rows(SagaInstances)),
    sagaHistory: all.flatMap((database) => database.rows(SagaHistory)),
    messaging: perSimulated((name) => messagingStateOf(databases[name])),
    consumers,
    records: topicsOfShop.flatMap(({ name }) =>
      kafka.records(name).map(({ topic, partition, key, headers }): TopicRecord => {
        const { id, type, sequence } = readEnvelope(headers);
        return { id, type, sequence, topic, partition, key: key! };
      }),
    ),
    provider: await provider.movements(),
  };
}

function readRows(databases: SimulatedShop['databases']): FinalState['rows'] {
  const rowsOf = new Map(
    simulatedServices.flatMap((name) =>
      serviceParts[name].definition.messaging.lockOrder.map((table): [AnyTable, readonly object[]] => [
        table,
        databases[name].rows(table),
      ]),
    ),
  );
  return <S extends object, K extends Key>(table: Table<S, K>) => {
    const rows = rowsOf.get(table);
    if (!rows) throw new Error(`the table ${table.name} is in the lockOrder of no simulated service`);
    return rows as readonly S[];
  };
}

const messagingStateOf = ({ outbox, inbox, effects }: SimulatedDatabase): MessagingState => ({
  archive: outbox.archive(),
  inbox: inbox.committed(),
  unpublished: outbox.unpublished().length,
  pendingEffects: effects.committed().filter(({ doneAt }) => doneAt === undefined).length,
  deadLetters: inbox.deadLetterCount(),
});
