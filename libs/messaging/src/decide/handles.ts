import { EventPattern, Payload, Ctx } from '@nestjs/microservices';
import { PARAM_ARGS_METADATA, PATTERN_EXTRAS_METADATA } from '@nestjs/microservices/constants.js';
import { messageInfo, type MessageClass } from '../contract/index.js';
import type { Decision } from './decision.js';
import type { Given, Loads } from './load.js';

export const kafkaTransport = Symbol('tradewind.kafka');

/**
 * What a handler is, for replays. A `projection` keeps an own copy of what others have said: it says and wishes nothing, saves only
 * tables that keep the sequence of what wrote a row, and passes over what is older; so it can be applied again. A `policy`
 * decides what happens next: it is run again only when somebody names it.
 */
export type HandlerKind = 'projection' | 'policy';

export interface HandlerOptions<M, L extends Loads<M>> {
  readonly load?: L;
  /** Default: a policy. */
  readonly kind?: HandlerKind;
  /** The purpose of a consumer group of its own: `prices` makes the group `<service>.prices`. Default: the service's group. */
  readonly consumer?: string;
}

export interface HandlerExtras {
  readonly message: MessageClass;
  readonly load: Loads<unknown>;
  readonly kind: HandlerKind;
  readonly consumer: string | undefined;
}

type Handler<M, L extends Loads<M>> = (message: M, given: Given<L>) => Decision | Promise<Decision>;

/**
 * Marks a method of an ordinary Nest controller as the handler of one class of message: a decision. It gets the checked
 * message and what it asked to be loaded, and returns what is to be saved and said. It may run more than once for a message
 * (after a failed save), its effect is kept once. Throwing touches nothing: Transient is retried, anything else counts as a try.
 */
export const Handles =
  <M extends object, L extends Loads<M> = Record<never, never>>(
    cls: MessageClass<M>,
    options: HandlerOptions<M, L> = {},
  ) =>
  <H extends Handler<M, L>>(target: object, property: string, descriptor: TypedPropertyDescriptor<H>): void => {
    const extras: HandlerExtras = {
      message: cls,
      load: (options.load ?? {}) as Loads<unknown>,
      kind: options.kind ?? 'policy',
      consumer: options.consumer,
    };
    if (Reflect.getMetadata(PARAM_ARGS_METADATA, target.constructor, property) === undefined) {
      Payload()(target, property, 0);
      Ctx()(target, property, 1);
    }
    descriptor.value = remembering(property, descriptor.value!);
    EventPattern(messageInfo(cls).type, kafkaTransport, { ...extras })(
      target,
      property,
      descriptor as PropertyDescriptor,
    );
  };

export interface MarkedHandler {
  readonly extras: HandlerExtras;
  readonly handle: (message: never, given: never) => unknown;
}

/** The marked methods of a controller, for whoever hands messages over without Nest's pipeline. */
export function handlersOf(controller: object): MarkedHandler[] {
  const prototype = Object.getPrototypeOf(controller) as Record<string, (message: never, given: never) => unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((property) => {
    const extras =
      property === 'constructor'
        ? undefined
        : (Reflect.getMetadata(PATTERN_EXTRAS_METADATA, prototype[property]!) as HandlerExtras | undefined);
    return extras === undefined ? [] : [{ extras, handle: prototype[property]!.bind(controller) }];
  });
}

const failures = new WeakMap<object, unknown>();

/** What the handler itself threw for these circumstances: Nest's filters turn any error into a text. */
export const failureOf = (given: object): unknown => {
  const failure = failures.get(given);
  failures.delete(given);
  return failure;
};

function remembering<H extends (message: never, given: never) => unknown>(name: string, handler: H): H {
  const wrapped = async function (this: unknown, message: never, given: never): Promise<unknown> {
    try {
      return await handler.call(this, message, given);
    } catch (error) {
      failures.set(given, error);
      throw error;
    }
  };
  for (const key of Reflect.getMetadataKeys(handler) as string[])
    Reflect.defineMetadata(key, Reflect.getMetadata(key, handler), wrapped);
  Object.defineProperty(wrapped, 'name', { value: name });
  return wrapped as unknown as H;
}
