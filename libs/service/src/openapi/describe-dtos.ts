import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage } from 'class-validator';
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js';
import { classesWithUnknownFields } from './annotations.js';
import { exampleOf } from './examples.js';

type Schema = Record<string, unknown>;
type Rule = (limit: unknown, metadata: ValidationMetadata) => Schema;

const uuid = '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$';

/** The text of every request: without the character NUL, which `WellFormedInputGuard` refuses. */
const anyText = '^[^\\u0000]*$';

/** What `IsMoney` accepts. */
class Money {
  @ApiProperty({
    type: 'integer',
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    description: 'In minor units: pence.',
    example: 1999,
  })
  readonly amount!: number;
  @ApiProperty({ enum: ['GBP'], example: 'GBP' }) readonly currency!: string;
}

/** The schema of each class-validator rule. The document names properties with a rule that is not here: see `undescribedRules`. */
const schemas: Readonly<Record<string, Rule>> = {
  isString: () => ({ type: 'string' }),
  isBoolean: () => ({ type: 'boolean' }),
  isInt: () => ({ type: 'integer' }),
  isNumber: () => ({ type: 'number', format: 'double' }),
  isEmail: () => ({ type: 'string', format: 'email' }),
  isUrl: () => ({ type: 'string', format: 'uri' }),
  isUuid: () => ({ type: 'string', format: 'uuid' }),
  isIso8601: () => ({ type: 'string', format: 'date-time' }),
  isRfc3339: () => ({ type: 'string', format: 'date-time' }),
  isDateString: () => ({ type: 'string', format: 'date-time' }),
  isIn: (values) => ({ enum: values }),
  isEnum: (values) => ({ enum: Object.values(values as object) }),
  isMoney: () => ({ type: Money }),
  equals: (value) => ({ enum: [value] }),
  notEquals: (value) => ({ not: { enum: [value] } }),
  min: (minimum) => ({ minimum }),
  max: (maximum) => ({ maximum }),
  minLength: (minLength) => ({ minLength }),
  maxLength: (maxLength) => ({ maxLength }),
  isLength: (minLength, { constraints }) => ({
    minLength,
    ...(constraints[1] === undefined ? {} : { maxLength: constraints[1] as unknown }),
  }),
  matches: (expected) => {
    const pattern = expected instanceof RegExp ? expected.source : expected;
    return { type: 'string', pattern, ...(pattern === uuid ? { format: 'uuid' } : {}) };
  },
  arrayMinSize: (minItems) => ({ minItems }),
  arrayMaxSize: (maxItems) => ({ maxItems }),
  arrayUnique: () => ({ uniqueItems: true }),
  isOptional: () => ({ nullable: true }),
  // Described by the type of the property.
  isArray: () => ({}),
  isObject: () => ({}),
};

/** The class of a nested value: class-transformer exposes it only by creating an instance. */
const nestedClass = (cls: Function, property: string): unknown => {
  const nested = plainToInstance(cls as new () => Record<string, unknown>, { [property]: [{}] })[property];
  const first: unknown = Array.isArray(nested) ? nested[0] : nested;
  return typeof first === 'object' && first !== null ? first.constructor : undefined;
};

const nameOf = ({ name, type }: ValidationMetadata): string => name ?? type;
const isPresence = (rule: ValidationMetadata): boolean =>
  nameOf(rule) === 'isOptional' || rule.type === 'conditionalValidation';

function propertyOf(cls: Function, property: string, rules: readonly ValidationMetadata[]): ApiPropertyOptions {
  const schema: Schema = {};
  for (const rule of rules) Object.assign(schema, schemas[nameOf(rule)]?.(rule.constraints?.[0], rule));
  if (schema['type'] === 'string' && !schema['format'] && !schema['pattern'] && !schema['enum'])
    schema['pattern'] = anyText;
  const isArray = rules.some((rule) => rule.each || nameOf(rule) === 'isArray');
  const nested = rules.some(({ type }) => type === 'nestedValidation') ? nestedClass(cls, property) : undefined;
  const fallback = new (cls as new () => Record<string, unknown>)()[property];
  const own = Reflect.getMetadata('swagger/apiModelProperties', cls.prototype as object, property) as
    Schema | undefined;
  const example = own?.['example'] ?? (nested ? undefined : exampleOf(schema));
  return {
    ...schema,
    ...(nested ? { type: nested } : {}),
    ...(isArray ? { isArray } : {}),
    ...(example === undefined || isArray ? {} : { example }),
    ...(fallback === undefined ? {} : { default: fallback }),
    required: fallback === undefined && !rules.some(isPresence),
  } as ApiPropertyOptions;
}

const ruleNames = new Set([
  ...Object.keys(schemas),
  'nestedValidation',
  'conditionalValidation',
  'whitelistValidation',
]);

/** The rules of the class that its schema does not have: `price: isPrime`. */
export const undescribedRules = (cls: Function): string[] =>
  getMetadataStorage()
    .getTargetValidationMetadatas(cls, '', false, false)
    .filter((rule) => !ruleNames.has(nameOf(rule)))
    .map((rule) => `${cls.name}.${rule.propertyName}: ${nameOf(rule)}`);

/**
 * Documents every property that has rules, so that a rule is written once; @ApiProperty adds descriptions and examples. Returns the
 * names of the classes whose objects have no other fields.
 */
export function describeDtos(): ReadonlySet<string> {
  const storage = getMetadataStorage();
  const { validationMetadatas } = storage as unknown as {
    validationMetadatas: ReadonlyMap<unknown, readonly ValidationMetadata[]>;
  };
  const closed = new Set<string>([Money.name]);
  for (const [cls, own] of validationMetadatas) {
    if (typeof cls !== 'function') continue;
    if (!classesWithUnknownFields.has(cls)) closed.add(cls.name);
    const all = storage.getTargetValidationMetadatas(cls, '', false, false);
    for (const property of new Set(own.map(({ propertyName }) => propertyName))) {
      const rules = all.filter(({ propertyName }) => propertyName === property);
      ApiProperty(propertyOf(cls, property, rules))(cls.prototype as object, property);
    }
  }
  return closed;
}
