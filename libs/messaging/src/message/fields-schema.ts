import { groupBy } from '@tradewind/kernel';
import { getMetadataStorage } from 'class-validator';
import { nestedClassOf } from './compiled-reader.js';
import type { JsonSchema } from './json-schema.js';
import { ruleSchema } from './rule-schemas.js';

type Rule = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

/** The fields of a class as a JSON Schema, from its validation rules. */
export function fieldsSchema(cls: new () => object): JsonSchema {
  const rules = groupBy(
    getMetadataStorage().getTargetValidationMetadatas(cls, '', false, false),
    ({ propertyName }) => propertyName,
  );
  const required = [...rules]
    .filter(([, ofField]) => !ofField.some(({ type }) => type === 'conditionalValidation'))
    .map(([field]) => field);
  return {
    type: 'object',
    properties: Object.fromEntries([...rules].map(([field, ofField]) => [field, fieldSchema(cls, field, ofField)])),
    required,
  };
}

function fieldSchema(cls: new () => object, field: string, rules: readonly Rule[]): JsonSchema {
  const unknown: string[] = [];
  const parts = rules.map((rule): JsonSchema => {
    const { name = rule.type, constraints = [] } = rule;
    if (rule.type === 'nestedValidation') return nestedSchema(cls, field, rule);
    const schema = ruleSchema(name)?.(...(constraints as never[]));
    if (!schema) unknown.push(name);
    else if (rule.each) return { items: schema };
    return schema ?? {};
  });
  const { type, ...rest } = Object.assign({}, ...parts) as JsonSchema;
  const items = parts.flatMap((part) => part.items ?? []);
  return {
    ...(type && { type }),
    ...rest,
    ...(items.length > 1 && { items: Object.assign({}, ...items) as JsonSchema }),
    ...(unknown.length > 0 && { 'x-rules': unknown.sort() }),
  };
}

function nestedSchema(cls: new () => object, field: string, { each }: Rule): JsonSchema {
  const inner = nestedClassOf(cls, field);
  if (!inner) return {};
  const isList = each || Reflect.getMetadata('design:type', cls.prototype as object, field) === Array;
  return isList ? { items: fieldsSchema(inner) } : fieldsSchema(inner);
}
