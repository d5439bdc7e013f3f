import { Poison } from '@tradewind/kernel';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { compile, type MessageReader } from './compiled-reader.js';
import { messageInfo, type MessageClass } from './message.js';

const flatten = (errors: readonly ValidationError[], path = ''): string[] =>
  errors.flatMap((error) => {
    const here = path ? `${path}.${error.property}` : error.property;
    return [
      ...Object.values(error.constraints ?? {}).map((rule) => `${here}: ${rule}`),
      ...flatten(error.children ?? [], here),
    ];
  });

/** The rules that an instance breaks, each with its field; empty when it is valid. Removes fields that the class does not declare. */
export const violationsOf = (message: object): string[] => flatten(validateSync(message, { whitelist: true }));

const isViolations = (result: object): result is readonly string[] => Array.isArray(result);

const compiled = new WeakMap<MessageClass, MessageReader | (() => undefined)>();

/** The message, or the rules that it breaks, each with its field. */
function validate<M extends object>(cls: MessageClass<M>, fields: object): M | readonly string[] {
  let read = compiled.get(cls);
  if (!read) compiled.set(cls, (read = compile(cls) ?? (() => undefined)));
  const valid = read(fields as Record<string, unknown>);
  if (valid) return valid as M;
  const message = plainToInstance(cls, fields);
  const violations = violationsOf(message);
  return violations.length > 0 ? violations : message;
}

/**
 * Converts the JSON of any known version into a validated message of the current version. Omits fields that the class does not
 * declare. Throws Poison that names the invalid fields.
 */
export function readMessage<M extends object>(cls: MessageClass<M>, json: unknown, version: number): M {
  const info = messageInfo(cls);
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new Poison(`${info.type}: the value is not a JSON object`);
  if (!Number.isInteger(version) || version < 1 || version > info.version) {
    const remedy = version > info.version ? ': deploy the consumer that knows it, then redrive' : '';
    throw new Poison(`${info.type}: version ${version} is not known, 1 to ${info.version} are${remedy}`);
  }
  let current = json as Record<string, unknown>;
  for (let from = version; from < info.version; from++) {
    const upcast = info.upcasts[from];
    if (!upcast) throw new TypeError(`${info.type}: no upcast from version ${from}`);
    current = upcast(current);
  }
  const message = validate(cls, current);
  if (isViolations(message)) throw new Poison(`${info.type}: ${message.slice(0, 5).join('; ')}`);
  return message;
}

/** A validated message with these fields. Throws a TypeError when they are invalid, because that is a bug of the publisher. */
export function makeMessage<M extends object>(cls: MessageClass<M>, fields: NoInfer<M>): M {
  const message = validate(cls, fields);
  if (isViolations(message))
    throw new TypeError(`${messageInfo(cls).type} is invalid: ${message.slice(0, 5).join('; ')}`);
  return message;
}

/** The fields that a message class declares with validation rules. */
export const fieldsOf = (cls: MessageClass): ReadonlySet<string> =>
  new Set(
    getMetadataStorage()
      .getTargetValidationMetadatas(cls, '', false, false)
      .map(({ propertyName }) => propertyName),
  );
