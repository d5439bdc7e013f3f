import type { KafkaTransport } from '../consume/kafka-transport.js';
import type { Handlers } from '../consume/handlers.js';
import type { AnyTable } from '../decide/index.js';
import type { MessagingOptions } from '../messaging.options.js';
import { ReplayRefused } from './replay-request.js';

export interface Projection {
  readonly handlers: Handlers;
  /** In the lock order. */
  readonly tables: readonly AnyTable[];
}

/**
 * A consumer that does nothing but keep copies, and the tables in which it keeps them. Throws ReplayRefused, naming what stands
 * against it, where these tables are not the work of its projections alone as far as handlers declare it.
 */
export function projectionOf(
  { handlersOf, groupNames }: Groups,
  consumer: string,
  { contracts, lockOrder }: MessagingOptions,
): Projection {
  const handlers = handlersOf(consumer);
  if (!handlers) throw new ReplayRefused(`there is no consumer "${consumer}"; there are ${groupNames.join(', ')}`);
  handlers.check(contracts, lockOrder);
  const policies = handlers.declared.filter(({ kind }) => kind === 'policy').map(({ type }) => type);
  const kept = new Set(handlers.declared.flatMap(({ tables }) => tables.map(({ name }) => name)));
  if (policies.length > 0) {
    throw new ReplayRefused(
      `${consumer} decides on ${policies.join(', ')} by policies: what these write is in no topic that it reads; only a consumer of nothing but projections can be rebuilt`,
    );
  }
  for (const other of groupNames.filter((name) => name !== consumer)) {
    for (const { type, tables } of handlersOf(other)!.declared) {
      const shared = tables.find(({ name }) => kept.has(name));
      if (shared)
        throw new ReplayRefused(
          `${shared.name} is also written by ${other} on ${type}: it can't be rebuilt from what ${consumer} reads alone`,
        );
    }
  }
  return { handlers, tables: lockOrder.filter(({ name }) => kept.has(name)) };
}

interface Groups {
  readonly handlersOf: (group: string) => Handlers | undefined;
  readonly groupNames: readonly string[];
}

export const groupsOf = (transport: KafkaTransport): Groups => ({
  handlersOf: (group) => transport.handlersOf(group),
  groupNames: transport.groupNames,
});
