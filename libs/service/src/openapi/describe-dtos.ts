import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage } from 'class-validator';
import { groupBy } from '@tradewind/kernel';
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js';

type Schema = Record<string, unknown>;
type Rule = (limit: unknown, metadata: ValidationMetadata) => Schema;

export const moneySchema = {
  type: 'object',
  required: ['amount', 'currency'],
  properties: {
    amount: { type: 'integer', minimum: 0, description: 'In minor units: pence.' },
    currency: { type: 'string', enum: ['GBP'] },
  },
} as const;

/** The schema of each class-validator rule. An unknown rule does not restrict the schema. */
const schemas: Readonly<Record<string, Rule>> = {
  isString: () => ({ type: 'string' }),
  isBoolean: () => ({ type: 'boolean' }),
  isInt: () => ({ type: 'integer' }),
  isNumber: () => ({ type: 'number' }),
  isEmail: () => ({ type: 'string', format: 'email' }),
  isUrl: () => ({ type: 'string', format: 'uri' }),
  isUuid: () => ({ type: 'string', format: 'uuid' }),
  isIso8601: () => ({ type: 'string', format: 'date-time' }),
  isIn: (values) => ({ enum: values }),
  isMoney: () => moneySchema,
  min: (minimum) => ({ minimum }),
  max: (maximum) => ({ maximum }),
  minLength: (minLength) => ({ minLength }),
  maxLength: (maxLength) => ({ maxLength }),
  isLength: (minLength, { constraints }) => ({
    minLength,
    ...(constraints[1] === undefined ? {} : { maxLength: constraints[1] as unknown }),
  }),
  matches: (pattern) => ({ type: 'string', pattern: pattern instanceof RegExp ? pattern.source : pattern }),
  arrayMinSize: (minItems) => ({ minItems }),
  arrayMaxSize: (maxItems) => ({ maxItems }),
};

/** The class of a nested value: class-transformer exposes it only by creating an instance. */
const nestedClass = (cls: Function, property: string): unknown => {
  const nested = plainToInstance(cls as new () => Record<string, unknown>, { [property]: [{}] })[property];
  const first: unknown = Array.isArray(nested) ? nested[0] : nested;
  return typeof first === 'object' && first !== null ? first.constructor : undefined;
};

function propertyOf(cls: Function, property: string, rules: readonly ValidationMetadata[]): ApiPropertyOptions {
  const schema: Schema = {};
  for (const rule of rules) Object.assign(schema, schemas[rule.name ?? '']?.(rule.constraints?.[0], rule));
  const isArray = rules.some(({ name, each }) => each || name === 'isArray');
  const nested = rules.some(({ type }) => type === 'nestedValidation') ? nestedClass(cls, property) : undefined;
  const fallback = new (cls as new () => Record<string, unknown>)()[property];
  return {
    ...schema,
    ...(nested ? { type: nested } : {}),
    ...(isArray ? { isArray } : {}),
    ...(fallback === undefined ? {} : { default: fallback }),
    required:
      fallback === undefined &&
      !rules.some(({ name, type }) => name === 'isOptional' || type === 'conditionalValidation'),
  } as ApiPropertyOptions;
}

/** Documents every property that has rules but no @ApiProperty, so that a rule is written once. */
export function describeDtos(): void {
  const { validationMetadatas } = getMetadataStorage() as unknown as {
    validationMetadatas: ReadonlyMap<unknown, readonly ValidationMetadata[]>;
  };
  for (const [cls, rules] of validationMetadatas) {
    if (typeof cls !== 'function') continue;
    const prototype = (cls as { prototype: object }).prototype;
    for (const [property, own] of groupBy(rules, ({ propertyName }) => propertyName)) {
      if (!Reflect.hasOwnMetadata('swagger/apiModelProperties', prototype, property))
        ApiProperty(propertyOf(cls, property, own))(prototype, property);
    }
  }
}
