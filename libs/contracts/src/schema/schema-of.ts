import { groupBy } from '@tradewind/kernel';
import { messageInfo, type Catalogue, type MessageClass } from '@tradewind/messaging/contract';
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

/** What each rule of class-validator that a message may use says in JSON Schema. */
const words: Readonly<Record<string, (...constraints: never[]) => JsonSchema>> = {
  isArray: () => ({ type: 'array' }),
  isBoolean: () => ({ type: 'boolean' }),
  isCount: (least: number, most: number) => ({ type: 'integer', minimum: least, maximum: most }),
  isHexadecimal: () => ({ type: 'string', pattern: '^(0[xXhH])?[0-9a-fA-F]+$' }),
  isIn: (values: readonly string[]) => ({ type: 'string', enum: values }),
  isInstant: () => ({ type: 'string', format: 'date-time' }),
  isMoney: () => money,
  isText: (most: number) => ({ type: 'string', maxLength: most, pattern: '^[^\\u0000]*$' }),
  isUrl: () => ({ type: 'string', format: 'uri' }),
  isLength: (least: number, most: number) => ({ minLength: least, maxLength: most }),
  matches: (pattern: RegExp) => ({ type: 'string', pattern: pattern.source }),
  arrayMaxSize: (most: number) => ({ maxItems: most }),
  arrayMinSize: (least: number) => ({ minItems: least }),
};

/** The schema of a message, from its rules. Throws a TypeError that names the field whose rule has no word in JSON Schema. */
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

/** The schemas of all messages, by the names of their files. */
export const schemasOf = (catalogue: Catalogue): ReadonlyMap<string, MessageSchema> =>
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
    const word = rule.each ? undefined : words[rule.name ?? ''];
    if (!word)
      throw new TypeError(
        `${cls.name}.${field}: the rule ${rule.name ?? rule.type} has no word in JSON Schema yet; add it to libs/contracts/src/schema/schema-of.ts`,
      );
    return word(...((rule.constraints ?? []) as never[]));
  });
  const { type, ...rest } = Object.assign({}, ...parts) as JsonSchema;
  return { ...(type && { type }), ...rest };
}
