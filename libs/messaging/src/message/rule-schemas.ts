import type { JsonSchema } from './json-schema.js';

/** The JSON Schema of a validation rule with these constraints. */
export type RuleSchema = (...constraints: never[]) => JsonSchema;

const typeOf = (values: readonly unknown[]): JsonSchema => {
  if (values.every((value) => typeof value === 'string')) return { type: 'string' };
  return values.every(Number.isInteger) ? { type: 'integer' } : {};
};
const oneOf = (values: readonly unknown[]): JsonSchema => ({ ...typeOf(values), enum: values });

/** Of class-validator's own rules, by their names. */
const schemas = new Map<string, RuleSchema>(
  Object.entries({
    isArray: () => ({ type: 'array' }),
    isBoolean: () => ({ type: 'boolean' }),
    isInt: () => ({ type: 'integer' }),
    isNumber: () => ({ type: 'number' }),
    isObject: () => ({ type: 'object' }),
    isString: () => ({ type: 'string' }),
    isHexadecimal: () => ({ type: 'string', pattern: '^(0[xXhH])?[0-9a-fA-F]+$' }),
    isIn: oneOf,
    isEnum: (_entity: object, values: readonly unknown[]) => oneOf(values),
    isUrl: () => ({ type: 'string', format: 'uri' }),
    isUuid: () => ({ type: 'string', format: 'uuid' }),
    isEmail: () => ({ type: 'string', format: 'email' }),
    isIso8601: () => ({ type: 'string', format: 'date-time' }),
    isLength: (min: number, max?: number) => ({ minLength: min, ...(max !== undefined && { maxLength: max }) }),
    isDefined: () => ({}),
    isOptional: () => ({}),
    min: (minimum: number) => ({ minimum }),
    max: (maximum: number) => ({ maximum }),
    minLength: (min: number) => ({ minLength: min }),
    maxLength: (max: number) => ({ maxLength: max }),
    matches: (pattern: RegExp) => ({ type: 'string', pattern: pattern.source }),
    arrayMinSize: (min: number) => ({ minItems: min }),
    arrayMaxSize: (max: number) => ({ maxItems: max }),
    arrayNotEmpty: () => ({ minItems: 1 }),
  } satisfies Record<string, RuleSchema>),
);

/**
 * Describes a validation rule of your own, by its `name` in `ValidateBy`, so that schemas and the deploy gate know it. A rule without it
 * has its name under `x-rules`: the gate then only knows whether it is the same.
 */
export const declareRuleSchema = (name: string, schema: RuleSchema): void => void schemas.set(name, schema);

/** Undefined for a rule that was not declared. */
export const ruleSchema = (name: string): RuleSchema | undefined => schemas.get(name);
