import { uuidv7 } from '@tradewind/kernel';
import type { KafkaClient } from '@tradewind/messaging';
import type { OutboxRow, RelaySession, Store, TimeoutRow, Transaction } from '@tradewind/messaging/internals';
import { overrideMethods } from '../shop/override-methods.js';
import type { DecoratePorts } from '../shop/simulated-shop.js';

const withTransaction = (store: Store, change: (transaction: Transaction) => Partial<Transaction>): Store =>
  overrideMethods(store, {
    transaction: (work) => store.transaction((transaction) => work(overrideMethods(transaction, change(transaction)))),
  });

const withRelaySession = (store: Store, change: (session: RelaySession) => Partial<RelaySession>): Store =>
  overrideMethods(store, {
    lead: async () => {
      const session = await store.lead();
      return session && overrideMethods(session, change(session));
    },
  });

/** Every message counts as new, however often it is delivered. */
const inboxOff: DecoratePorts = (ports) => ({
  ...ports,
  store: withTransaction(ports.store, (transaction) => ({
    mark: async (consumer, marks) => ({
      duplicates: new Set<string>(),
      doubtful: new Set<string>(),
      blocked: (await transaction.mark(consumer, marks)).blocked,
    }),
  })),
});

/** Offsets are committed as soon as records arrive, before they are handled. */
const offsetBeforeDatabase: DecoratePorts = (ports) => {
  const subscribe: KafkaClient['subscribe'] = (options) => {
    const subscription = ports.kafka.subscribe({
      ...options,
      onRecords: (records, ranges) => {
        options.onRecords(records, ranges);
        const offsets = records.map(({ topic, partition, offset }) => ({ topic, partition, offset: offset + 1n }));
        void subscription.then((open) => open.commit(offsets));
      },
    });
    return subscription;
  };
  return { ...ports, kafka: overrideMethods(ports.kafka, { subscribe }) };
};

/** The relay remembers how far it has read, and misses rows that commit later with a lower position. */
const relayByCursor: DecoratePorts = (ports) => ({
  ...ports,
  store: withRelaySession(ports.store, (session) => {
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

/** A send without an acknowledgement counts as sent. */
const unacknowledgedCountsAsSent: DecoratePorts = (ports) => {
  const publisher: KafkaClient['publisher'] = async () => {
    const real = await ports.kafka.publisher();
    let last = 1_000_000n;
    return overrideMethods(real, {
      publish: (records) =>
        real.publish(records).catch(() =>
          [...new Set(records.map(({ topic, partition }) => `${topic}:${partition}`))].map((partition) => {
            const at = partition.lastIndexOf(':');
            return {
              topic: partition.slice(0, at),
              partition: Number(partition.slice(at + 1)),
              baseOffset: (last += 1_000n),
            };
          }),
        ),
    });
  };
  return { ...ports, kafka: overrideMethods(ports.kafka, { publisher }) };
};

/** Messages are sent before their transaction commits. */
const sentBeforeCommit: DecoratePorts = (ports) => {
  const sendNow = async (rows: readonly OutboxRow[]): Promise<void> => {
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
    store: withTransaction(ports.store, (transaction) => ({
      append: async (rows) => {
        if (rows.length > 0) await sendNow(rows);
        await transaction.append(rows);
      },
    })),
  };
};

/** Timeouts are known only to the process that scheduled them. */
const timeoutsInMemory: DecoratePorts = (ports) => {
  const timeouts = new Map<string, TimeoutRow & { readonly dueAt: number }>();
  const now = (): number => ports.ports.clock.now().getTime();
  const store = withTransaction(ports.store, () => ({
    scheduleTimeouts: (rows) => {
      for (const row of rows) timeouts.set(row.id, { ...row, dueAt: now() + row.timeoutMs });
      return Promise.resolve();
    },
    takeTimeouts: (ids) => Promise.resolve(new Set(ids.filter((id) => timeouts.delete(id)))),
  }));
  return {
    ...ports,
    store: overrideMethods(store, {
      dueTimeouts: (limit) =>
        Promise.resolve([...timeouts.values()].filter(({ dueAt }) => dueAt <= now()).slice(0, limit)),
      postponeTimeouts: (ids, delayMs) => {
        for (const id of ids) timeouts.set(id, { ...timeouts.get(id)!, dueAt: now() + delayMs });
        return Promise.resolve();
      },
    }),
  };
};

/** A payment that succeeds too late is not refunded. */
const lateSuccessIgnored: DecoratePorts = (ports) => ({
  ...ports,
  provider: overrideMethods(ports.provider, {
    void: async (key) => (await ports.provider.void(key), { status: 'voided' }),
  }),
});

/** The retry of a compensation assumes that the first attempt succeeded. */
const compensationSkippedOnRetry: DecoratePorts = (ports) => {
  const attempted = new Set<string>();
  const isRetry = (key: string): boolean => attempted.has(key) || (attempted.add(key), false);
  return {
    ...ports,
    provider: overrideMethods(ports.provider, {
      refund: (request) =>
        isRetry(request.key)
          ? Promise.resolve({ status: 'refunded', reference: 'assumed', amount: request.amount })
          : ports.provider.refund(request),
      void: (key) => (isRetry(key) ? Promise.resolve({ status: 'voided' }) : ports.provider.void(key)),
    }),
  };
};

/** Each attempt to take the payment has a key of its own. */
const keyPerAttempt: DecoratePorts = (ports) => ({
  ...ports,
  provider: overrideMethods(ports.provider, {
    take: (request) =>
      ports.provider.take({
        ...request,
        key: `${request.key}:${uuidv7(ports.ports.clock.now().getTime(), ports.ports.randomness.bytes(10))}`,
      }),
  }),
});

/** The outbox is published newest first. */
const newestFirst: DecoratePorts = (ports) => ({
  ...ports,
  store: withRelaySession(ports.store, (session) => ({
    take: async (limit) => (await session.take(limit)).toReversed(),
  })),
});

/** Bugs that the simulation must find, each planted in the ports of a process. */
export const plantedBugs: Readonly<Record<string, DecoratePorts>> = {
  'the inbox is off': inboxOff,
  'the offset is committed before the database': offsetBeforeDatabase,
  'the relay uses a cursor': relayByCursor,
  'a send without an acknowledgement counts as sent': unacknowledgedCountsAsSent,
  'messages are sent before their commit': sentBeforeCommit,
  'timeouts are kept in memory only': timeoutsInMemory,
  'a late success is ignored': lateSuccessIgnored,
  'a retried compensation is skipped': compensationSkippedOnRetry,
  'the key at the provider is not unique': keyPerAttempt,
  'the newest message is published first': newestFirst,
};
