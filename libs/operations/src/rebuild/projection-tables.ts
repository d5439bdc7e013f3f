import type { KafkaTransport } from '@tradewind/messaging';
import type { AnyTable, MessagingOptions, Handlers } from '@tradewind/messaging/internals';
import { RebuildRejected } from './rebuild-rejected.js';

export interface Projection {
  readonly handlers: Handlers;
  /** In lock order. */
  readonly tables: readonly AnyTable[];
}

/**
 * A consumer with nothing but projections, and its tables. Throws RebuildRejected with the cause if, as far as the handlers declare
 * it, other handlers write these tables too.
 */
export function projectionOf(
  transport: Pick<KafkaTransport, 'handlersOf' | 'groupNames'>,
  consumer: string,
  { contracts, lockOrder }: MessagingOptions,
): Projection {
  const handlers = transport.handlersOf(consumer);
  if (!handlers)
    throw new RebuildRejected(`there is no consumer "${consumer}"; there are ${transport.groupNames.join(', ')}`);
  handlers.check(contracts, lockOrder);
  const policies = handlers.descriptions.filter(({ kind }) => kind === 'policy').map(({ type }) => type);
  if (policies.length > 0) {
    throw new RebuildRejected(
      `${consumer} handles ${policies.join(', ')} with policies, whose rows come from no topic that it reads: only a consumer with nothing but projections can be rebuilt`,
    );
  }
  const elsewhere = handlers.descriptions.flatMap(({ tables }) => tables).find(({ schema }) => schema !== undefined);
  if (elsewhere)
    throw new RebuildRejected(
      `${elsewhere.name} is declared with its schema: only a table in the schema of the service can be exchanged`,
    );
  const own = new Set(handlers.descriptions.flatMap(({ tables }) => tables.map(({ name }) => name)));
  for (const other of transport.groupNames.filter((name) => name !== consumer)) {
    for (const { type, tables } of transport.handlersOf(other)?.descriptions ?? []) {
      const shared = tables.find(({ name }) => own.has(name));
      if (shared)
        throw new RebuildRejected(
          `${other} also writes ${shared.name} when it handles ${type}: the table can't be rebuilt from what ${consumer} reads`,
        );
    }
  }
  return { handlers, tables: lockOrder.filter(({ name }) => own.has(name)) };
}
