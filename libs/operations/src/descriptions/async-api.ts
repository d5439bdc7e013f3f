import { topicSettings, type MessageDescription, type ServiceDescription } from '@tradewind/messaging/internals';

type Json = Readonly<Record<string, unknown>>;
type TopicDescription = ServiceDescription['topics'][number];

/** A record to show: its key, its headers besides the envelope, and its value. */
export interface MessageExample {
  readonly name: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null for a tombstone. */
  readonly payload: unknown;
}

/** The head of an AsyncAPI document, and what a description does not have. */
export interface AsyncApiOptions {
  readonly title: string;
  readonly version: string;
  readonly description?: string;
  /** Of the current version of a type. */
  readonly examples?: (type: string) => readonly MessageExample[];
}

/** An AsyncAPI 3 document, JSON. */
export type AsyncApiDocument = Json & { readonly asyncapi: '3.0.0' };

/** The version of AsyncAPI's Kafka bindings. */
const bindingVersion = '0.5.0';

/**
 * The conversations of these services as an AsyncAPI 3 document: a channel for each topic, a `send` operation for its owner, a `receive`
 * operation for each consumer group.
 */
export function asyncApi(services: readonly ServiceDescription[], options: AsyncApiOptions): AsyncApiDocument {
  const topics = byName(
    services.flatMap((service) => service.topics),
    ({ name }) => name,
  );
  const messages = byName(
    services.flatMap((service) => service.messages),
    ({ type }) => type,
  );
  const on = (topic: string): MessageDescription[] => messages.filter((message) => message.topic === topic);
  const channels = topics.filter(({ name }) => on(name).length > 0);
  const { title, version, description, examples = () => [] } = options;
  return {
    asyncapi: '3.0.0',
    info: { title, version, ...(description === undefined ? {} : { description }) },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(channels.map((topic) => [topic.name, channelOf(topic, on(topic.name))])),
    operations: Object.fromEntries(services.flatMap((service) => [...sends(service), ...receives(service)])),
    components: {
      messages: Object.fromEntries(messages.map((message) => [message.type, messageOf(message, examples)])),
      schemas: { envelope },
    },
  };
}

function byName<T>(all: readonly T[], nameOf: (each: T) => string): T[] {
  const named = new Map(all.map((each) => [nameOf(each), each]));
  return [...named.keys()].sort().map((name) => named.get(name)!);
}

const channelOf = (topic: TopicDescription, messages: readonly MessageDescription[]): Json => {
  const settings = new Map(topicSettings(topic).map(({ name, value }) => [name, value]));
  const numbers = ['retention.ms', 'retention.bytes', 'delete.retention.ms'].flatMap((name) =>
    settings.has(name) ? [[name, Number(settings.get(name))] as const] : [],
  );
  return {
    address: topic.name,
    description: topic.foreign
      ? 'Written by another system.'
      : `${topic.carries === 'commands' ? 'Commands' : 'Events'}, published by ${topic.owner}. Types that a consumer does not know are ${topic.unknownTypes === 'skip' ? 'skipped' : 'dead-lettered'}.`,
    messages: Object.fromEntries(messages.map(({ type }) => [type, { $ref: `#/components/messages/${type}` }])),
    bindings: {
      kafka: {
        partitions: topic.partitions,
        topicConfiguration: { 'cleanup.policy': [settings.get('cleanup.policy')], ...Object.fromEntries(numbers) },
        bindingVersion,
      },
    },
  };
};

const operation = (action: 'send' | 'receive', topic: string, types: readonly string[], more: Json): Json => ({
  action,
  channel: { $ref: `#/channels/${topic}` },
  messages: types.map((type) => ({ $ref: `#/channels/${topic}/messages/${type}` })),
  ...more,
});

/** By topic. */
const grouped = (types: readonly string[], { messages }: ServiceDescription): [string, string[]][] => {
  const topicOf = new Map(messages.map(({ type, topic }) => [type, topic]));
  const found = new Map<string, string[]>();
  for (const type of types) found.set(topicOf.get(type)!, [...(found.get(topicOf.get(type)!) ?? []), type]);
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1));
};

const sends = (service: ServiceDescription): [string, Json][] =>
  grouped(service.publishes, service).map(([topic, types]) => [
    `${service.service}.send.${topic}`,
    operation('send', topic, types, {
      title: `${service.service} publishes on ${topic}`,
      'x-service': service.service,
    }),
  ]);

const receives = (service: ServiceDescription): [string, Json][] =>
  service.consumers.flatMap(({ group, handles }) =>
    grouped(
      handles.map(({ type }) => type),
      service,
    ).map(([topic, types]): [string, Json] => [
      `${group}.receive.${topic}`,
      operation('receive', topic, types, {
        title: `${group} consumes ${topic}`,
        bindings: { kafka: { groupId: { type: 'string', enum: [group] }, bindingVersion } },
        'x-service': service.service,
        'x-kinds': Object.fromEntries(
          handles.filter(({ type }) => types.includes(type)).map(({ type, kind }) => [type, kind]),
        ),
      }),
    ]),
  );

const messageOf = (message: MessageDescription, examples: (type: string) => readonly MessageExample[]): Json => {
  const { type, key, version, readableSince, tombstone, upcastsFrom, schema } = message;
  const shown = examples(type);
  return {
    name: type,
    title: `${type}, version ${version}`,
    ...(tombstone ? { description: `Deletes its key: the record has the key ${key} and no value.` } : {}),
    contentType: 'application/json',
    headers: { $ref: '#/components/schemas/envelope' },
    payload: tombstone ? { type: 'null' } : schema,
    correlationId: { location: '$message.header#/ce_correlationid' },
    bindings: {
      kafka: { key: { type: 'string', ...(key === '' ? {} : { description: `The field ${key}.` }) }, bindingVersion },
    },
    ...(shown.length === 0
      ? {}
      : { examples: shown.map(({ name, headers, payload }) => ({ name, ...(headers && { headers }), payload })) }),
    'x-version': version,
    'x-readable-since': readableSince,
    'x-upcasts-from': upcastsFrom,
  };
};

/** The headers of every record that an outbox publishes. */
const envelope: Json = {
  type: 'object',
  description: 'CloudEvents 1.0, Kafka binary mode. Headers are texts.',
  properties: {
    'content-type': { type: 'string', enum: ['application/json'] },
    ce_specversion: { type: 'string', enum: ['1.0'] },
    ce_id: { type: 'string', format: 'uuid', description: 'UUIDv7. Unique: a repeated record has the same id.' },
    ce_type: { type: 'string', maxLength: 200 },
    ce_source: { type: 'string', description: '`/` and the name of the service.' },
    ce_subject: { type: 'string', description: 'The key of the record.' },
    ce_time: { type: 'string', format: 'date-time' },
    ce_sequence: {
      type: 'string',
      pattern: '^[0-9]{18}$',
      description: 'Counts 1, 2, 3 … without a gap within topic and key; as text it has the same order.',
    },
    ce_schemaversion: { type: 'string', pattern: '^[0-9]{1,6}$' },
    ce_readablesince: {
      type: 'string',
      pattern: '^[0-9]{1,6}$',
      description: 'The oldest version whose readers can read the message, where it is not its own.',
    },
    ce_causationid: { type: 'string', format: 'uuid', description: 'The id of the message or command that caused it.' },
    ce_correlationid: { type: 'string' },
    traceparent: { type: 'string', description: 'W3C Trace Context.' },
    ce_previousends: {
      type: 'string',
      description: 'After a partition increase: the former ends of the partitions.',
    },
  },
  required: [
    'content-type',
    'ce_specversion',
    'ce_id',
    'ce_type',
    'ce_source',
    'ce_subject',
    'ce_time',
    'ce_sequence',
    'ce_schemaversion',
    'ce_causationid',
    'ce_correlationid',
  ],
};
