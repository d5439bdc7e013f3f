import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import { PARAM_ARGS_METADATA, PATTERN_EXTRAS_METADATA, TRANSPORT_METADATA } from '@nestjs/microservices/constants.js';
import { messageInfo, type MessageClass } from '../message/index.js';
import type { Decision } from './decision.js';
import type { HandlerContext, Loads } from './handler-context.js';
import type { TransactionContext } from './transactional-handler.js';

/** Tells Nest which handlers belong to the transport of the MessagingModule with this name. */
export const kafkaTransport = (name?: string): symbol =>
  Symbol.for(name === undefined ? 'tradewind.kafka' : `tradewind.kafka.${name}`);

/**
 * How a replay treats a handler. A `projection` keeps a copy of what other services published: it publishes and schedules nothing, saves
 * only tables with a sequence and skips older messages, so that it can be applied again. A `policy` decides what happens
 * next: a replay runs it again only where the operator names it.
 */
export type HandlerKind = 'projection' | 'policy';

/** Which consumer group a handler belongs to, and which messaging module. */
export interface HandlerOptions {
  /** Purpose of a consumer group of its own: `prices` makes the group `<service>.prices`. Default: the group of the service. */
  readonly consumer?: string;
  /** The name of the MessagingModule that handles it, in an application with several. */
  readonly messaging?: string;
}

/** Options of a decision handler: besides those of every handler, what it loads. */
export interface DecisionHandlerOptions<M, L extends Loads<M>> extends HandlerOptions {
  /** The rows that the decision needs; `{}` for none. */
  readonly load: L;
  /** Default: a policy. */
  readonly kind?: HandlerKind;
}

/** What `@Handles` recorded on a method. */
export interface HandlerMetadata {
  readonly message: MessageClass;
  /** Undefined: a transactional handler. */
  readonly load: Loads<unknown> | undefined;
  readonly kind: HandlerKind;
  readonly consumer: string | undefined;
}

type DecisionHandler<M, L extends Loads<M>> = (message: M, context: HandlerContext<L>) => Decision | Promise<Decision>;
type TransactionalHandler<M> = (message: M, context: TransactionContext) => Promise<void> | void;
type Marks<H> = <T extends H>(target: object, property: string, descriptor: TypedPropertyDescriptor<T>) => void;

/**
 * Marks a method of a Nest controller as the handler of one message class. The message takes effect once: its inbox mark is committed together
 * with everything that the handler does. When the handler throws, nothing is changed: Transient is retried, any other error counts as an
 * attempt. It may run more than once for a message, so it does nothing that the transaction cannot undo: external calls are effects.
 *
 * - `@Handles(ShipmentCreated)`: a transactional handler. It reads and writes with `manager`, publishes with `publish`, returns nothing.
 * - `@Handles(ReserveStock, { load: … })`: a decision handler. It gets the loaded rows and returns a decision, many of which are saved with a
 *   few statements.
 */
export function Handles<M extends object>(
  cls: MessageClass<M>,
  options?: HandlerOptions & { readonly load?: undefined },
): Marks<TransactionalHandler<M>>;
export function Handles<M extends object, L extends Loads<M>>(
  cls: MessageClass<M>,
  options: DecisionHandlerOptions<M, L>,
): Marks<DecisionHandler<M, L>>;
export function Handles<M extends object, L extends Loads<M>>(
  cls: MessageClass<M>,
  options: HandlerOptions & Partial<DecisionHandlerOptions<M, L>> = {},
): Marks<DecisionHandler<M, L> | TransactionalHandler<M>> {
  return (target, property, descriptor) => {
    const { value: handler } = descriptor;
    if (!handler) throw new TypeError(`@Handles marks methods, and ${property} is none`);
    const metadata: HandlerMetadata = {
      message: cls,
      load: options.load as Loads<unknown> | undefined,
      kind: options.kind ?? 'policy',
      consumer: options.consumer,
    };
    if (metadata.load === undefined && metadata.kind === 'projection')
      throw new TypeError(`${property} is a projection: declare the rows that it loads`);
    if (Reflect.getMetadata(PARAM_ARGS_METADATA, target.constructor, property) === undefined) {
      Payload()(target, property, 0);
      Ctx()(target, property, 1);
    }
    descriptor.value = rememberFailures(property, handler);
    EventPattern(messageInfo(cls).type, kafkaTransport(options.messaging), { ...metadata })(
      target,
      property,
      descriptor as PropertyDescriptor,
    );
  };
}

export interface DecoratedHandler {
  readonly metadata: HandlerMetadata;
  readonly handle: (message: never, context: never) => unknown;
}

/** The decorated methods of a controller, for use without Nest's pipeline. */
export function handlersOf(controller: object): DecoratedHandler[] {
  const prototype = Object.getPrototypeOf(controller) as Record<string, (message: never, context: never) => unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((property) => {
    const method = property === 'constructor' ? undefined : prototype[property];
    const metadata = method && (Reflect.getMetadata(PATTERN_EXTRAS_METADATA, method) as HandlerMetadata | undefined);
    return metadata === undefined || !method ? [] : [{ metadata, handle: method.bind(controller) }];
  });
}

/** What `@Handles` recorded on the methods of a controller's class and of the classes that it extends, for the messaging module with this name. */
export function handlersOfClass(cls: new (...args: never[]) => object, messaging?: string): HandlerMetadata[] {
  const found = new Map<string, HandlerMetadata>();
  for (let prototype = cls.prototype as object; prototype !== Object.prototype;) {
    for (const [property, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
      if (typeof value !== 'function' || found.has(property)) continue;
      if (Reflect.getMetadata(TRANSPORT_METADATA, value as object) !== kafkaTransport(messaging)) continue;
      found.set(property, Reflect.getMetadata(PATTERN_EXTRAS_METADATA, value as object) as HandlerMetadata);
    }
    prototype = Object.getPrototypeOf(prototype) as object;
  }
  return [...found.values()];
}

const failures = new WeakMap<object, unknown>();

/** The error that the handler threw for this context. It is stored here, because Nest's exception filters reduce it to a text. */
export const failureOf = (context: object): unknown => {
  const failure = failures.get(context);
  failures.delete(context);
  return failure;
};

function rememberFailures<H extends (message: never, context: never) => unknown>(name: string, handler: H): H {
  const wrapped = async function (this: unknown, message: never, context: never): Promise<unknown> {
    try {
      return await handler.call(this, message, context);
    } catch (error) {
      failures.set(context, error);
      throw error;
    }
  };
  for (const key of Reflect.getMetadataKeys(handler) as string[])
    Reflect.defineMetadata(key, Reflect.getMetadata(key, handler), wrapped);
  Object.defineProperty(wrapped, 'name', { value: name });
  return wrapped as unknown as H;
}
