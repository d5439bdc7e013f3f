import { ValidationPipe, type ArgumentMetadata } from '@nestjs/common';
import { compile, type MessageReader } from '@tradewind/messaging/internals';
import * as transformerPackage from 'class-transformer';
import * as validatorPackage from 'class-validator';
import type { ValidationError } from 'class-validator';
import { problem, type FieldError } from './problem.js';

const detailOf = (rule: string, text: string, { property: field, value }: ValidationError): string =>
  rule === 'whitelistValidation'
    ? 'is not a known field'
    : value === undefined
      ? 'is missing'
      : text.replace(`${field} `, '').replace(`nested property ${field} `, '');

/** An answer names at most so many fields: a request of errors must not cost more than others. */
const maxErrors = 20;
/** Characters of a field's name in an answer: an unknown field may have any. */
const maxName = 100;

const shown = (name: string): string => (name.length > maxName ? `${name.slice(0, maxName)}…` : name);

/** Every violated rule with the path of its field: `lines.0.quantity`. */
export const fieldErrors = (errors: readonly ValidationError[], path = ''): FieldError[] =>
  errors.flatMap((error) => {
    const { property, constraints = {}, children = [] } = error;
    const field = path ? `${path}.${shown(property)}` : shown(property);
    return [
      ...Object.entries(constraints).map(([rule, text]) => ({ field, detail: detailOf(rule, text, error) })),
      ...fieldErrors(children, field),
    ];
  });

/** Converts input into the DTO's class. Answers 400 with the fields, at most 20, that are unknown or violate a rule. */
export class StrictValidation extends ValidationPipe {
  readonly #parsers = new WeakMap<object, MessageReader>();

  constructor() {
    super({
      // Nest would import them by itself, which gives another form of them where the service is bundled.
      transformerPackage,
      validatorPackage,
      transform: true,
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      stopAtFirstError: true,
      exceptionFactory: (violations) => {
        const errors = fieldErrors(violations).slice(0, maxErrors);
        const [first = { field: 'body', detail: 'does not have the expected form' }] = errors;
        return problem(400, 'invalid-request', `${first.field} ${first.detail}`, { errors });
      },
    });
  }

  /** Fast path for a valid body of a class whose rules can be compiled. Undefined: Nest's pipe validates it and reports the violations. */
  #parseValidBody(body: unknown, cls: ArgumentMetadata['metatype']): object | undefined {
    if (!cls || typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
    let parse = this.#parsers.get(cls);
    if (!parse) this.#parsers.set(cls, (parse = compile(cls as new () => object, 'rejected') ?? (() => undefined)));
    return parse(body as Record<string, unknown>);
  }

  /** A class whose fields may all be missing needs no body. */
  async #withoutBody(metadata: ArgumentMetadata): Promise<unknown> {
    try {
      return await super.transform({}, metadata);
    } catch {
      throw problem(400, 'invalid-request', 'the body is missing: send JSON');
    }
  }

  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    // A message arrives as an instance of its class: the consumer has validated it.
    if (metadata.metatype && value instanceof metadata.metatype) return Promise.resolve(value);
    if (metadata.type === 'body' && value === undefined && metadata.metatype) return this.#withoutBody(metadata);
    const parsed = metadata.type === 'body' ? this.#parseValidBody(value, metadata.metatype) : undefined;
    return parsed ? Promise.resolve(parsed) : super.transform(value, metadata);
  }
}
