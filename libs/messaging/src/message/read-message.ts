import { Poison } from '@tradewind/kernel';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
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

/** The rules that an object of a class breaks, each with its field; empty when it is sound. What the class does not know is taken off. */
export const violationsOf = (message: object): string[] => flatten(validateSync(message, { whitelist: true }));

const isViolations = (checked: object): checked is readonly string[] => Array.isArray(checked);

const compiled = new WeakMap<MessageClass, MessageReader | (() => undefined)>();

/** The message, or the rules that it breaks, each with its field. */
function checked<M extends object>(cls: MessageClass<M>, fields: object): M | readonly string[] {
  let read = compiled.get(cls);
  if (!read) compiled.set(cls, (read = compile(cls) ?? (() => undefined)));
  const sound = read(fields as Record<string, unknown>);
  if (sound) return sound as M;
  const message = plainToInstance(cls, fields);
  const faults = violationsOf(message);
  return faults.length > 0 ? faults : message;
}

/**
 * Turns the JSON of any known version into a checked message of the current one.
 * Fields that the class does not know are left out. Throws Poison with the field's name.
 */
export function readMessage<M extends object>(cls: MessageClass<M>, json: unknown, version: number): M {
  const info = messageInfo(cls);
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new Poison(`${info.type}: the value is no JSON object`);
  if (!Number.isInteger(version) || version < 1 || version > info.version) {
    throw new Poison(`${info.type}: version ${version} is not known, 1 to ${info.version} are`);
  }
  let current = json as Record<string, unknown>;
  for (let from = version; from < info.version; from++) current = info.upcasts[from]!(current);
  const message = checked(cls, current);
  if (isViolations(message)) throw new Poison(`${info.type}: ${message.slice(0, 5).join('; ')}`);
  return message;
}

/** A message made from its fields and checked. Throws a TypeError: to say something unsound is a bug of the sayer. */
export function makeMessage<M extends object>(cls: MessageClass<M>, fields: M): M {
  const message = checked(cls, fields);
  if (isViolations(message))
    throw new TypeError(`${messageInfo(cls).type} can't be said: ${message.slice(0, 5).join('; ')}`);
  return message;
}
