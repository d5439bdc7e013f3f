import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { PATTERN_EXTRAS_METADATA } from '@nestjs/microservices/constants.js';
import { topics } from '@tradewind/contracts';
import { isCompacted, type HandlerMetadata } from '@tradewind/messaging/internals';
import { messageInfo, type MessageClass } from '@tradewind/messaging/message';
import { replyClassesOf } from '@tradewind/saga';
import { serviceParts } from '../../../test/services/index.js';
import { topicsReadBy } from '../../platform/shop/permissions.js';
import { databaseServices, describeService } from '../../services.js';
import { compactedTopicConsumers, consumedTypes, serviceOf } from './consumed-types.js';

/** The types that the controllers and the sagas of the services handle, by consumer and topic. */
function handled(compacted: boolean): Record<string, Record<string, string[]>> {
  const found: Record<string, Record<string, string[]>> = {};
  const add = (cls: MessageClass, consumer: string): void => {
    const { type, topic } = messageInfo(cls);
    if (isCompacted(topic.retention) === compacted) ((found[consumer] ??= {})[topic.name] ??= []).push(type);
  };
  for (const service of databaseServices) {
    const { definition, module } = serviceParts[service];
    for (const cls of new Set((definition.messaging.sagas ?? []).flatMap(replyClassesOf))) add(cls, service);
    const { controllers = [], imports = [] } = module.forRoot({ LOG_LEVEL: 'error' } as never);
    const own = imports.flatMap((each) => ('controllers' in each ? (each.controllers ?? []) : []));
    for (const { prototype } of [...controllers, ...own] as { prototype: Record<string, object> }[]) {
      for (const method of Object.getOwnPropertyNames(prototype)) {
        const extras = Reflect.getMetadata(PATTERN_EXTRAS_METADATA, prototype[method]!) as HandlerMetadata | undefined;
        if (!extras) continue;
        add(extras.message, extras.consumer === undefined ? service : `${service}.${extras.consumer}`);
      }
    }
  }
  return found;
}

const sorted = (of: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>) =>
  Object.fromEntries(
    Object.entries(of).map(([consumer, topics]) => [
      consumer,
      Object.fromEntries(Object.entries(topics).map(([topic, types]) => [topic, types.toSorted()])),
    ]),
  );

describe('the types that the audit expects each consumer to handle', () => {
  it('are those of its controllers and sagas', () => expect(sorted(handled(false))).toEqual(sorted(consumedTypes)));
  it('names the consumers of compacted topics', () =>
    expect(Object.keys(handled(true)).toSorted()).toEqual(compactedTopicConsumers.toSorted()));
});

describe('the topics that the brokers let a service read', () => {
  it.each(databaseServices)('are those of the controllers and sagas of %s', (service) => {
    const own = Object.values(topics).flatMap(({ name, owner }) => (owner === service ? [name] : []));
    const foreign = (names: readonly string[]) => [...new Set(names)].filter((name) => !own.includes(name)).toSorted();
    const handledTopics = [handled(false), handled(true)].flatMap((byConsumer) =>
      Object.entries(byConsumer).flatMap(([consumer, byTopic]) =>
        serviceOf(consumer) === service ? Object.keys(byTopic) : [],
      ),
    );
    expect(foreign(topicsReadBy(describeService(service)))).toEqual(foreign(handledTopics));
  });
});
