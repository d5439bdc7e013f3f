import {
  fieldsSchema,
  messageInfo,
  type JsonSchema,
  type MessageClass,
  type MessageRegistry,
} from '@tradewind/messaging/message';
import type { MessageSchema } from './json-schema.js';

/** The schema of a message, from its validation rules. Throws a TypeError that names a field with a rule that no schema describes. */
export function schemaOf(cls: MessageClass): MessageSchema {
  const { type, version, topic, key, tombstone } = messageInfo(cls);
  const fields = fieldsSchema(cls);
  checkRules(cls.name, fields);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:tradewind:${type}:${version}`,
    title: cls.name,
    'x-type': type,
    'x-version': version,
    'x-topic': topic.name,
    'x-key': key,
    ...(tombstone && { 'x-tombstone': true }),
    ...fields,
  };
}

/** The schemas of all messages, by file name. */
export const schemasOf = (catalogue: MessageRegistry): ReadonlyMap<string, MessageSchema> =>
  new Map(catalogue.classes.map(schemaOf).map((schema) => [fileOf(schema), schema]));

export const fileOf = (schema: MessageSchema): string => `${schema['x-type']}.v${schema['x-version']}.json`;

function checkRules(path: string, { 'x-rules': [rule] = [], properties = {}, items }: JsonSchema): void {
  if (rule !== undefined)
    throw new TypeError(`${path}: the rule ${rule} has no JSON Schema: call declareRuleSchema beside its decorator`);
  for (const [field, schema] of Object.entries(properties)) checkRules(`${path}.${field}`, schema);
  if (items) checkRules(`${path}[]`, items);
}
