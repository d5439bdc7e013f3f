import { groupBy } from '@tradewind/kernel';
import { messageInfo, type MessageRegistry, type MessageClass } from '@tradewind/messaging/message';
import { getMetadataStorage } from 'class-validator';
import { lineClassOf } from '../fields/index.js';
import type { JsonSchema, MessageSchema } from './json-schema.js';

type Rule = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

const money: JsonSchema = {
  type: 'object',
  properties: {
    amount: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    currency: { type: 'string', enum: ['GBP'] },
  },
  required: ['amount', 'currency'],
  additionalProperties: false,
};

/** The JSON Schema of each class-validator rule that messages may use. */
const keywords: Readonly<Record<string, (...constraints: never[]) => JsonSchema>> = {
  isArray: () => ({ type: 'array' }),
  isBoolean: () => ({ type: 'boolean' }),
  isCount: (min: number, max: number) => ({ type: 'integer', minimum: min, maximum: max }),
  isHexadecimal: () => ({ type: 'string', pattern: '^(0[xXhH])?[0-9a-fA-F]+$' }),
  isIn: (values: readonly string[]) => ({ type: 'string', enum: values }),
  isInstant: () => ({ type: 'string', format: 'date-time' }),
  isMoney: () => money,
  isText: (max: number) => ({ type: 'string', maxLength: max, pattern: '^[^\\u0000]*$' }),
  isUrl: () => ({ type: 'string', format: 'uri' }),
  isLength: (min: number, max: number) => ({ minLength: min, maxLength: max }),
  matches: (pattern: RegExp) => ({ type: 'string', pattern: pattern.source }),
  arrayMaxSize: (max: number) => ({ maxItems: max }),
  arrayMinSize: (min: number) => ({ minItems: min }),
};

/** The schema of a message, from its validation rules. Throws a TypeError that names a field with an unsupported rule. */
export function schemaOf(cls: MessageClass): MessageSchema {
  const { type, version, topic, key, tombstone } = messageInfo(cls);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:tradewind:${type}:${version}`,
    title: cls.name,
    'x-type': type,
    'x-version': version,
    'x-topic': topic.name,
    'x-key': key,
    ...(tombstone && { 'x-tombstone': true }),
    ...objectSchema(cls),
  };
}

/** The schemas of all messages, by file name. */
export const schemasOf = (catalogue: MessageRegistry): ReadonlyMap<string, MessageSchema> =>
  new Map(catalogue.classes.map(schemaOf).map((schema) => [fileOf(schema), schema]));

export const fileOf = (schema: MessageSchema): string => `${schema['x-type']}.v${schema['x-version']}.json`;

function objectSchema(cls: new () => object): JsonSchema {
  const rules = groupBy(
    getMetadataStorage().getTargetValidationMetadatas(cls, '', false, false),
    ({ propertyName }) => propertyName,
  );
  const required = [...rules]
    .filter(([, ofField]) => !ofField.some(({ name }) => name === 'isOptional'))
    .map(([field]) => field);
  return {
    type: 'object',
    properties: Object.fromEntries([...rules].map(([field, ofField]) => [field, fieldSchema(cls, field, ofField)])),
    required,
  };
}

function fieldSchema(cls: new () => object, field: string, rules: readonly Rule[]): JsonSchema {
  const parts = rules.map((rule): JsonSchema => {
    if (rule.name === 'isOptional') return {};
    if (rule.type === 'nestedValidation') {
      const line = lineClassOf(cls, field);
      if (line) return { items: objectSchema(line) };
    }
    const keyword = rule.each ? undefined : keywords[rule.name ?? ''];
    if (!keyword)
      throw new TypeError(
        `${cls.name}.${field}: the rule ${rule.name ?? rule.type} has no JSON Schema keyword; add it to libs/contracts/src/schema/schema-of.ts`,
      );
    return keyword(...((rule.constraints ?? []) as never[]));
  });
  const { type, ...rest } = Object.assign({}, ...parts) as JsonSchema;
  return { ...(type && { type }), ...rest };
}
