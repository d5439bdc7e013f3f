import { ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { compile, type Read } from '@tradewind/messaging';
import type { ValidationError } from 'class-validator';
import { problem, type FieldError } from './problem.js';

const detailOf = (rule: string, text: string, field: string): string =>
  rule === 'whitelistValidation'
    ? 'is not a field that is known here'
    : text.replace(`${field} `, '').replace(`nested property ${field} `, '');

/** Every broken rule with the path of its field: `lines.0.quantity`. */
export const fieldErrors = (errors: readonly ValidationError[], path = ''): FieldError[] =>
  errors.flatMap(({ property, constraints = {}, children = [] }) => {
    const field = path ? `${path}.${property}` : property;
    return [
      ...Object.entries(constraints).map(([rule, text]) => ({ field, detail: detailOf(rule, text, property) })),
      ...fieldErrors(children, field),
    ];
  });

/** Turns what came into the DTO's class, and answers 400 with each field that is unknown or breaks a rule. */
export class StrictValidation extends ValidationPipe {
  readonly #reads = new WeakMap<object, Read>();

  constructor() {
    super({
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      stopAtFirstError: true,
      exceptionFactory: (broken) => {
        const errors = fieldErrors(broken);
        const [first = { field: 'body', detail: 'is not of the expected form' }] = errors;
        return problem(400, 'invalid-request', `${first.field} ${first.detail}`, { errors });
      },
    });
  }

  /** A body that breaks no rule of a class without surprises; every other one is left to Nest's pipe, which also says what is wrong. */
  #soundBody(body: unknown, cls: ArgumentMetadata['metatype']): object | undefined {
    if (!cls || typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
    let read = this.#reads.get(cls);
    if (!read) this.#reads.set(cls, (read = compile(cls as new () => object, 'refused') ?? (() => undefined)));
    return read(body as Record<string, unknown>);
  }

  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    // A message arrives as an instance of its class: the consumer has checked it.
    if (metadata.metatype && value instanceof metadata.metatype) return Promise.resolve(value);
    const sound = metadata.type === 'body' ? this.#soundBody(value, metadata.metatype) : undefined;
    return sound ? Promise.resolve(sound) : super.transform(value, metadata);
  }
}
