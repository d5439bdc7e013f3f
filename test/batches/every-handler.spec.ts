import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { CartCheckedOut } from '@tradewind/contracts';
import { handlersOf } from '@tradewind/messaging/internals';
import { messageInfo, type MessageClass } from '@tradewind/messaging/message';
import { replyClassesOf } from '@tradewind/saga';
import type { ServiceDefinition } from '@tradewind/service';
import { handleBothWays, type ReceivedMessage } from '@tradewind/simulation';
import { databaseServices } from '../../tools/services.js';
import { serviceParts } from '../services/index.js';

/** The fields of a message in its golden record. All golden records have the same order, buyer and product. */
function fieldsOf(message: MessageClass): Readonly<Record<string, unknown>> {
  const { type, version } = messageInfo(message);
  const file = new URL(`../../libs/contracts/records/${type}.v${version}.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { value: Record<string, unknown> }).value;
}

/** The sequence counts within topic and key. */
function inOrder(messages: readonly MessageClass[]): ReceivedMessage[] {
  const counts = new Map<string, number>();
  return messages.map((message) => {
    const { topic, key } = messageInfo(message);
    const fields = fieldsOf(message);
    const sequence = (counts.get(`${topic.name} ${String(fields[key])}`) ?? 0) + 1;
    counts.set(`${topic.name} ${String(fields[key])}`, sequence);
    return { message, fields, sequence };
  });
}

const checkedOut = fieldsOf(CartCheckedOut) as unknown as CartCheckedOut;

/** The message classes that the handlers and the sagas of a service handle, by consumer group. */
function handledBy({ messaging: { service, sagas = [] }, handlers }: ServiceDefinition): Map<string, MessageClass[]> {
  const groups = new Map<string, MessageClass[]>();
  if (sagas.length > 0) groups.set(service, [...new Set(sagas.flatMap(replyClassesOf))]);
  for (const { metadata } of handlers.flatMap((Handler) => handlersOf(new Handler()))) {
    const group = metadata.consumer === undefined ? service : `${service}.${metadata.consumer}`;
    groups.set(group, [...(groups.get(group) ?? []), metadata.message]);
  }
  return groups;
}

/** Of every service with a database: each class that it handles is tested, so that a new handler cannot be forgotten. */
const groups = databaseServices.flatMap((service) => {
  const { definition, batches } = serviceParts[service];
  return [...handledBy(definition)].map(([group, classes]) => ({
    definition,
    initialRows: batches?.initialRows?.(checkedOut) ?? [],
    first: batches?.first?.[group] ?? [],
    group,
    classes,
  }));
});

describe.each(groups)('the handlers of $group', ({ definition, initialRows, first, group, classes }) => {
  const { messaging, handlers } = definition;
  const handle = (messages: readonly MessageClass[]) =>
    handleBothWays({ messaging, handlers, group, initialRows, messages: inOrder([...first, ...messages]) });

  it.each(classes.map((cls) => [cls.name, cls] as const))(
    'handle %s before and after every message, one by one as in one batch',
    async (_, cls) => {
      const failures: unknown[] = [];
      let succeeded = 0;
      for (const other of classes)
        for (const messages of [
          [cls, other],
          [other, cls],
        ]) {
          const { oneByOne, batched } = await handle(messages);
          expect({ messages, ...batched }).toEqual({ messages, ...oneByOne });
          if (batched.failures.length === 0) succeeded++;
          else failures.push(...batched.failures);
        }
      // Where no pair succeeds, the failures say why.
      expect(succeeded === 0 ? failures : []).toEqual([]);
    },
  );
});
