import { uuidv7 } from '@tradewind/kernel';
import type { KafkaClient, OutboxRow, RelaySession, Store, TimerRow, Transaction } from '@tradewind/messaging';
import { replacing } from '../shop/replacing.js';
import type { Tamper } from '../shop/simulated-shop.js';

const inTransactions = (store: Store, change: (transaction: Transaction) => Partial<Transaction>): Store =>
  replacing(store, {
    transaction: (work) => store.transaction((transaction) => work(replacing(transaction, change(transaction)))),
  });

const asLeader = (store: Store, change: (session: RelaySession) => Partial<RelaySession>): Store =>
  replacing(store, {
    lead: async () => {
      const session = await store.lead();
      return session && replacing(session, change(session));
    },
  });

/** Every message looks new, however often it comes. */
const inboxOff: Tamper = (ports) => ({
  ...ports,
  store: inTransactions(ports.store, (transaction) => ({
    mark: async (consumer, marks) => ({
      seen: new Set<string>(),
      waiting: (await transaction.mark(consumer, marks)).waiting,
    }),
  })),
});

/** Positions are committed as soon as records arrive, before anything of them is in the database. */
const offsetBeforeTheDatabase: Tamper = (ports) => {
  const subscribe: KafkaClient['subscribe'] = (options) => {
    const subscription = ports.kafka.subscribe({
      ...options,
      onRecords: (records) => {
        options.onRecords(records);
        const next = records.map(({ topic, partition, offset }) => ({ topic, partition, next: offset + 1n }));
        void subscription.then((open) => open.commit(next));
      },
    });
    return subscription;
  };
  return { ...ports, kafka: replacing(ports.kafka, { subscribe }) };
};

/** The relay remembers how far it has read, and never looks back for what commits later with a lower position. */
const relayByCursor: Tamper = (ports) => ({
  ...ports,
  store: asLeader(ports.store, (session) => {
    let read = 0n;
    return {
      take: async (limit) => {
        const rows = (await session.take(limit)).filter(({ position }) => position > read);
        read = rows.at(-1)?.position ?? read;
        return rows;
      },
    };
  }),
});

/** A send that got no answer is taken for sent. */
const unansweredSendIsSent: Tamper = (ports) => {
  const publisher: KafkaClient['publisher'] = async () => {
    const real = await ports.kafka.publisher();
    let last = 1_000_000n;
    return replacing(real, {
      publish: (records) =>
        real.publish(records).catch(() =>
          [...new Set(records.map(({ topic, partition }) => `${topic}:${partition}`))].map((place) => {
            const at = place.lastIndexOf(':');
            return { topic: place.slice(0, at), partition: Number(place.slice(at + 1)), baseOffset: (last += 1_000n) };
          }),
        ),
    });
  };
  return { ...ports, kafka: replacing(ports.kafka, { publisher }) };
};

/** Messages go out before their transaction commits. */
const saidBeforeTheCommit: Tamper = (ports) => {
  const sayAtOnce = async (rows: readonly OutboxRow[]): Promise<void> => {
    const publisher = await ports.kafka.publisher();
    const headers = (row: OutboxRow): Record<string, string> => ({
      ce_id: row.id,
      ce_type: row.type,
      ce_schemaversion: String(row.version),
      ce_source: '/early',
      ce_sequence: '1',
      ce_correlationid: row.correlation,
    });
    await publisher.publish(
      rows.map((row) => ({ topic: row.topic, partition: 0, key: row.key, value: row.payload, headers: headers(row) })),
    );
  };
  return {
    ...ports,
    store: inTransactions(ports.store, (transaction) => ({
      append: async (rows) => {
        if (rows.length > 0) await sayAtOnce(rows);
        await transaction.append(rows);
      },
    })),
  };
};

/** Deadlines are known to the process that set them, and to nobody else. */
const timersInMemory: Tamper = (ports) => {
  const timers = new Map<string, TimerRow & { readonly dueAt: number }>();
  const now = (): number => ports.world.clock.now().getTime();
  const store = inTransactions(ports.store, () => ({
    arm: (rows) => {
      for (const row of rows) timers.set(row.id, { ...row, dueAt: now() + row.milliseconds });
      return Promise.resolve();
    },
    disarm: (ids) => Promise.resolve(new Set(ids.filter((id) => timers.delete(id)))),
  }));
  return {
    ...ports,
    store: replacing(store, {
      dueTimers: (limit) => Promise.resolve([...timers.values()].filter(({ dueAt }) => dueAt <= now()).slice(0, limit)),
      postponeTimers: (ids, milliseconds) => {
        for (const id of ids) timers.set(id, { ...timers.get(id)!, dueAt: now() + milliseconds });
        return Promise.resolve();
      },
    }),
  };
};

/** What was taken although it came too late is not given back. */
const lateSuccessIgnored: Tamper = (ports) => ({
  ...ports,
  provider: replacing(ports.provider, { void: async (key) => (await ports.provider.void(key), { status: 'voided' }) }),
});

/** An undo that is tried again believes that the first try has done it. */
const undoSkippedOnRetry: Tamper = (ports) => {
  const tried = new Set<string>();
  const again = (key: string): boolean => tried.has(key) || (tried.add(key), false);
  return {
    ...ports,
    provider: replacing(ports.provider, {
      refund: (request) =>
        again(request.key)
          ? Promise.resolve({ status: 'refunded', reference: 'believed', amount: request.amount })
          : ports.provider.refund(request),
      void: (key) => (again(key) ? Promise.resolve({ status: 'voided' }) : ports.provider.void(key)),
    }),
  };
};

/** Each try to take the money has a key of its own. */
const keyPerTry: Tamper = (ports) => ({
  ...ports,
  provider: replacing(ports.provider, {
    take: (request) =>
      ports.provider.take({
        ...request,
        key: `${request.key}:${uuidv7(ports.world.clock.now().getTime(), ports.world.randomness.bytes(10))}`,
      }),
  }),
});

/** What waits in the outbox goes out newest first. */
const newestFirst: Tamper = (ports) => ({
  ...ports,
  store: asLeader(ports.store, (session) => ({ take: async (limit) => (await session.take(limit)).toReversed() })),
});

/** Bugs that the simulation must find, each in the ports that a process is given. */
export const plantedBugs: Readonly<Record<string, Tamper>> = {
  'the inbox is off': inboxOff,
  'the offset is committed before the database': offsetBeforeTheDatabase,
  'the relay goes by a cursor': relayByCursor,
  'a send without an answer is taken for sent': unansweredSendIsSent,
  'messages go out before their commit': saidBeforeTheCommit,
  'timers are kept in memory only': timersInMemory,
  'a late success is ignored': lateSuccessIgnored,
  'an undo is skipped when it is tried again': undoSkippedOnRetry,
  'the key at the provider is not unique': keyPerTry,
  'the newest message goes first': newestFirst,
};
