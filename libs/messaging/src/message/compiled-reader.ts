import { createRequire } from 'node:module';
import { getMetadataStorage } from 'class-validator';
import type { MessageClass } from './message.js';

type Json = Readonly<Record<string, unknown>>;

/** What class-transformer knows of classes; it has no public door to it. */
interface TransformerMetadata {
  findTypeMetadata(
    target: MessageClass,
    property: string,
  ):
    | { readonly typeFunction: (() => unknown) | undefined; readonly options: { readonly discriminator?: object } }
    | undefined;
  findTransformMetadatas(target: MessageClass, property: string, type: number): readonly object[];
  getExposedMetadatas(target: MessageClass): readonly object[];
  getExcludedMetadatas(target: MessageClass): readonly object[];
}
const { defaultMetadataStorage: transformer } = createRequire(import.meta.url)('class-transformer/cjs/storage.js') as {
  defaultMetadataStorage: TransformerMetadata;
};
const plainToClass = 0;

type Rules = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>;
type Test = (message: object, value: unknown) => boolean;

interface Field {
  /** While one of them says no, the field is not tested. */
  readonly conditions: readonly Test[];
  readonly tests: readonly Test[];
  readonly inside: MessageReader | undefined;
}

/** The message, or undefined where it breaks a rule, or where only the libraries can tell. */
export type MessageReader<M extends object = object> = (json: Json) => M | undefined;

/** What is to become of fields that the class does not know. */
export type UnknownFields = 'omitted' | 'rejected';

/**
 * What class-transformer and class-validator (`whitelist`, or `forbidNonWhitelisted`) do with a class, looked up once instead of at every message: several
 * times as fast. Undefined for a class that is marked with something that only they understand. Source of their rules: the
 * executors of class-transformer 0.5 and class-validator 0.15.
 */
export function compile<M extends object>(
  cls: MessageClass<M>,
  unknown: UnknownFields = 'omitted',
  around: readonly MessageClass[] = [],
): MessageReader<M> | undefined {
  const rules = getMetadataStorage().getTargetValidationMetadatas(cls, '', false, false);
  if (
    rules.length === 0 ||
    transformer.getExposedMetadatas(cls).length > 0 ||
    transformer.getExcludedMetadatas(cls).length > 0
  )
    return undefined;
  const fields = new Map<string, Field>();
  for (const name of new Set(rules.map(({ propertyName }) => propertyName))) {
    const field = fieldOf(
      cls,
      name,
      rules.filter(({ propertyName }) => propertyName === name),
      unknown,
      [...around, cls],
    );
    if (!field) return undefined;
    fields.set(name, field);
  }
  const all = [...fields];
  return (json) => {
    const made = new cls();
    const message = made as Record<string, unknown>;
    for (const name of Object.keys(json)) {
      const field = fields.get(name);
      if (!field && unknown === 'rejected') return undefined;
      if (!field) continue;
      const value = field.inside ? readNested(field.inside, json[name]) : json[name];
      if (value === invalid) return undefined;
      message[name] = value;
    }
    for (const [name, { conditions, tests }] of all) {
      const value = message[name];
      if (every(conditions, message, value) && !every(tests, message, value)) return undefined;
    }
    return made;
  };
}

/** A closure a field and message would be the most of what reading leaves behind. */
function every(tests: readonly Test[], message: object, value: unknown): boolean {
  for (const holds of tests) if (!holds(message, value)) return false;
  return true;
}

function fieldOf(
  cls: MessageClass,
  name: string,
  rules: Rules,
  unknown: UnknownFields,
  around: readonly MessageClass[],
): Field | undefined {
  if (transformer.findTransformMetadatas(cls, name, plainToClass).length > 0) return undefined;
  const nested = rules.some(({ type }) => type === 'nestedValidation');
  const inside = nestedReader(cls, name, nested, unknown, around);
  if (inside === null) return undefined;
  const conditions: Test[] = [];
  const tests: Test[] = [];
  for (const rule of rules) {
    switch (rule.type) {
      case 'conditionalValidation':
        conditions.push(rule.constraints[0] as Test);
        break;
      case 'customValidation': {
        const test = testOf(cls, rule);
        if (!test) return undefined;
        tests.push(test);
        break;
      }
      case 'nestedValidation': // reading it has tested it
      case 'whitelistValidation':
        break;
      default:
        return undefined;
    }
  }
  return { conditions, tests, inside };
}

/** How what is nested is read; undefined where nothing is, null where only the libraries can. */
function nestedReader(
  cls: MessageClass,
  name: string,
  nested: boolean,
  unknown: UnknownFields,
  around: readonly MessageClass[],
): MessageReader | undefined | null {
  const type = transformer.findTypeMetadata(cls, name);
  if (!nested && !type) return undefined;
  const inner = type?.typeFunction?.() as MessageClass | undefined;
  if (!nested || !inner || around.includes(inner) || type?.options.discriminator) return null;
  const declared: unknown = Reflect.getMetadata('design:type', cls.prototype as object, name);
  // A Set, say, is made where one is declared.
  if (declared !== Array && declared !== inner && declared !== Object && declared !== undefined) return null;
  return compile(inner, unknown, around) ?? null;
}

function testOf(cls: MessageClass, rule: Rules[number]): Test | undefined {
  const constraints = getMetadataStorage().getTargetValidatorConstraints(rule.constraintCls);
  if (rule.validateIf || constraints.length !== 1 || constraints[0]!.async) return undefined;
  const { instance } = constraints[0]!;
  const holds: Test = (object, value) =>
    instance.validate(value, {
      targetName: cls.name,
      property: rule.propertyName,
      object,
      value,
      constraints: rule.constraints,
    }) === true;
  if (!rule.each) return holds;
  return (object, value) =>
    Array.isArray(value)
      ? value.every((each) => holds(object, each))
      : !(value instanceof Set || value instanceof Map) && holds(object, value);
}

const invalid = Symbol('unsound');

function readNested(read: MessageReader, value: unknown): unknown {
  if (Array.isArray(value)) {
    const messages = new Array<unknown>(value.length);
    for (let at = 0; at < value.length; at++) {
      const message = readNested(read, value[at]);
      if (message === invalid || Array.isArray(message)) return invalid;
      messages[at] = message;
    }
    return messages;
  }
  if (typeof value !== 'object' || value === null) return value === undefined ? undefined : invalid;
  return read(value as Json) ?? invalid;
}
