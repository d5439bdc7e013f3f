import type { Type } from '@nestjs/common';
import { groupBy } from '@tradewind/kernel';
import { replyClassesOf } from '@tradewind/saga';
import type { AnyEffect } from '../effects/index.js';
import { handlersOfClass } from '../handling/handles.js';
import { fieldsSchema, messageInfo, MessageRegistry, type MessageClass, type Topic } from '../message/index.js';
import { ownTopics } from '../outbox/index.js';
import type { AnySaga } from '../sagas/saga-decisions.js';
import { anything } from './anything.js';
import { describeSaga } from './describe-saga.js';
import type {
  ConsumerDescription,
  EffectDescription,
  HandledMessage,
  MessageDescription,
  ServiceDescription,
  TopicDescription,
} from './service-description.js';

/** What the module of a service declares, and the controllers of its handlers. */
export interface DeclaredService {
  /** The name of the service, as in `MessagingSettings`. */
  readonly service: string;
  /** Every message class of its features. */
  readonly messages: readonly MessageClass[];
  /** The classes of the controllers; those without handlers are ignored. */
  readonly controllers: readonly (new (...args: never[]) => object)[];
  readonly sagas?: readonly AnySaga[];
  /** Their classes, or the effects themselves. */
  readonly effects?: readonly (Type<AnyEffect> | AnyEffect)[];
  readonly ignored?: Readonly<Record<string, readonly MessageClass[]>>;
  readonly deadLetters?: Topic;
  /** The name of the MessagingModule, in an application with several. */
  readonly messaging?: string;
}

/** Describes a service without a connection. Throws a TypeError that names an effect whose name is not a constant. */
export function describeService(declared: DeclaredService): ServiceDescription {
  const { service, messages, sagas = [], effects = [], deadLetters } = declared;
  const contracts = new MessageRegistry([...new Set(messages)]);
  const own = ownTopics({ service, contracts, ...(deadLetters ? { deadLetters } : {}) });
  const consumers = consumersOf(declared);
  const consumed = new Set(consumers.flatMap(({ topics }) => topics));
  const topics = [...new Set([...own, ...contracts.topics.filter(({ name }) => consumed.has(name))])];
  return {
    format: 1,
    service,
    consumers,
    publishes: own.flatMap((topic) => contracts.on(topic).map(typeOf)).sort(),
    messages: topics.flatMap((topic) => contracts.on(topic).map(describeMessage)).sort(by(({ type }) => type)),
    topics: topics.map(describeTopic).sort(by(({ name }) => name)),
    sagas: sagas.flatMap(describeSaga).sort(by(({ name, version }) => `${name} ${String(version).padStart(6, '0')}`)),
    effects: effects.map(describeEffect).sort(by(({ name }) => name)),
  };
}

const typeOf = (cls: MessageClass): string => messageInfo(cls).type;
const by =
  <T>(textOf: (each: T) => string) =>
  (one: T, other: T): number =>
    textOf(one) < textOf(other) ? -1 : 1;

function consumersOf(declared: DeclaredService): ConsumerDescription[] {
  const { service, controllers, sagas = [], ignored = {}, messaging } = declared;
  const handled = controllers
    .flatMap((controller) => handlersOfClass(controller, messaging))
    .map(({ message, kind, consumer }) => ({
      group: consumer === undefined ? service : `${service}.${consumer}`,
      message,
      kind,
    }));
  const replies = [...new Set(sagas.flatMap(replyClassesOf))].map((message) => ({
    group: service,
    message,
    kind: 'policy' as const,
    sagas: sagas.filter((saga) => replyClassesOf(saga).includes(message)).map(({ name }) => name),
  }));
  return [...groupBy([...handled, ...replies], ({ group }) => group)]
    .map(([group, of]) => ({
      group,
      topics: [...new Set(of.map(({ message }) => messageInfo(message).topic.name))].sort(),
      handles: of
        .map(({ message, group: _, ...how }): HandledMessage => ({ type: typeOf(message), ...how }))
        .sort(by(({ type }) => type)),
      ignores: (ignored[group] ?? []).map(typeOf).sort(),
    }))
    .sort(by(({ group }) => group));
}

function describeMessage(cls: MessageClass): MessageDescription {
  const { type, topic, key, version, readableSince, tombstone } = messageInfo(cls);
  const upcastsFrom = Array.from({ length: version - 1 }, (_, before) => before + 1);
  return { type, topic: topic.name, key, version, readableSince, tombstone, upcastsFrom, schema: fieldsSchema(cls) };
}

const describeTopic = (topic: Topic): TopicDescription => {
  const { name, owner, partitions, retention, carries, unknownTypes, foreign } = topic;
  return { name, owner, partitions, retention, carries, unknownTypes, foreign: foreign !== undefined };
};

function describeEffect(effect: Type<AnyEffect> | AnyEffect): EffectDescription {
  const { name } = typeof effect === 'function' ? madeWithAnything(effect) : effect;
  if (typeof name === 'string') return { name };
  throw new TypeError(
    `the name of the effect ${(effect as Type).name} depends on what is injected into it: make it a constant`,
  );
}

/** Its name depends on nothing that is injected. */
const madeWithAnything = (effect: Type<AnyEffect>): { readonly name: unknown } =>
  new effect(...Array.from({ length: effect.length }, () => anything));
