import type { MessageHandler } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import { messageInfo, type MessageClass, type MessageRegistry } from '../message/index.js';
import type { AnyTable } from '../ports/index.js';
import type { DecodedMessage } from './decoded.js';
import { Decision } from './decision.js';
import type { Loads } from './handler-context.js';
import { failureOf, type HandlerKind, type HandlerMetadata } from './handles.js';
import { inboxPlaceOf } from './inbox-place.js';
import type { Invocation } from './invocation.js';
import { collect } from './transactional-handler.js';
import { checkProjection, keepHighestSequences, projectionDecision, rewoundTo } from './projection.js';

interface Handler {
  readonly callback: MessageHandler;
  readonly metadata: HandlerMetadata;
}

/** How a message that was handled before is handled again. */
export interface Reprocessing {
  /** The inbox in which it is marked, so that it is handled again only once. */
  readonly inbox: string;
  /** Types whose policies run. Policies of other types are skipped. */
  readonly policies: ReadonlySet<string>;
  /** Effects that these policies may schedule. */
  readonly effects: ReadonlySet<string>;
}

/** A handler and the tables that it loads. */
export interface HandlerDescription {
  readonly type: string;
  readonly kind: HandlerKind;
  readonly tables: readonly AnyTable[];
}

/** The handlers of one consumer group, by message type. Filled from Nest's controllers at the start. */
export class Handlers {
  readonly #byType = new Map<string, Handler>();

  constructor(
    readonly group: string,
    private readonly ignored: readonly MessageClass[],
  ) {}

  add(type: string, handler: Handler): void {
    if (this.#byType.has(type))
      throw new TypeError(`${this.group} has two handlers of ${type}: give one of them a consumer of its own`);
    this.#byType.set(type, handler);
  }

  get types(): string[] {
    return [...this.#byType.keys()];
  }

  get descriptions(): readonly HandlerDescription[] {
    return [...this.#byType].map(([type, { metadata }]) => ({
      type,
      kind: metadata.kind,
      tables: Object.values(metadata.load ?? {}).map((load): AnyTable => load.table),
    }));
  }

  get topics(): string[] {
    return [...new Set([...this.#byType.values()].map(({ metadata }) => messageInfo(metadata.message).topic.name))];
  }

  /** Throws a TypeError that names every type that may arrive and is neither handled nor ignored, and every table outside the lock order. */
  check(contracts: MessageRegistry, lockOrder: readonly AnyTable[]): void {
    const unhandled = this.topics
      .flatMap((topic) => contracts.on(topic))
      .filter((cls) => !this.#byType.has(messageInfo(cls).type) && !this.ignored.includes(cls));
    if (unhandled.length > 0) {
      throw new TypeError(
        `${this.group} may get ${unhandled.map((cls) => messageInfo(cls).type).join(', ')}: handle or ignore each of them`,
      );
    }
    for (const [type, { metadata }] of this.#byType) {
      checkProjection(type, metadata);
      checkLoads(type, metadata.load, lockOrder);
    }
  }

  /** Undefined where the group ignores the message class. */
  invocationOf(decoded: DecodedMessage, redriven = false): Invocation | undefined {
    const { envelope, cls, message, record, id, orderingKey } = decoded;
    const handler = this.#byType.get(envelope.type);
    if (!handler) return this.ignored.includes(cls) ? undefined : this.#unhandled(decoded);
    return {
      cause: id,
      orderingKey,
      consumer: this.group,
      place: redriven ? undefined : inboxPlaceOf(decoded),
      redriven,
      load: handler.metadata.load ?? {},
      transactional: handler.metadata.load === undefined,
      input: message,
      correlation: envelope.correlation ?? record.key ?? undefined,
      topic: record.topic,
      name: envelope.type,
      trace: envelope.trace,
      startsTrace: redriven,
      sequence: envelope.sequence,
      ...(envelope.originalId === undefined ? {} : { originalId: envelope.originalId }),
      decide: async (context) => {
        if (handler.metadata.load === undefined)
          return collect(context as Parameters<typeof collect>[0], (all) => call(handler.callback, message, all));
        const decision = (await call(handler.callback, message, context)) as Decision;
        return handler.metadata.kind === 'projection' ? projectionDecision(envelope.type, decision) : decision;
      },
    };
  }

  /** The invocation for a message that was handled before. Undefined where nothing is to be done again. */
  reprocessingOf(decoded: DecodedMessage, { inbox, policies, effects }: Reprocessing): Invocation | undefined {
    const { type } = decoded.envelope;
    const handler = this.#byType.get(type);
    const invocation = this.invocationOf(decoded);
    if (!handler || !invocation) return undefined;
    const { load = {}, kind } = handler.metadata;
    if (kind === 'projection') {
      const apply = async (loaded: object): Promise<Decision> => {
        const context = loaded as Parameters<typeof rewoundTo>[1];
        return keepHighestSequences(load, context, (await invocation.decide(rewoundTo(load, context))) as Decision);
      };
      return { ...invocation, consumer: inbox, startsTrace: true, decide: apply };
    }
    if (!policies.has(type)) return undefined;
    return {
      ...invocation,
      consumer: inbox,
      startsTrace: true,
      decide: async (context) => onlyEffects((await invocation.decide(context)) as Decision, effects),
    };
  }

  kindOf(type: string): HandlerKind | undefined {
    return this.#byType.get(type)?.metadata.kind;
  }

  /** Cannot happen after a check against the same contracts. A message is never skipped silently. */
  #unhandled(decoded: DecodedMessage): Invocation {
    const { id, orderingKey, envelope } = decoded;
    return {
      cause: id,
      orderingKey,
      consumer: this.group,
      place: inboxPlaceOf(decoded),
      load: {},
      input: undefined,
      decide: () => {
        throw new TypeError(`${this.group} has no handler of ${envelope.type}`);
      },
    };
  }
}

/** Throws a TypeError that names a table which is loaded and not in the lock order. */
export function checkLoads(by: string, load: Loads<unknown> = {}, lockOrder: readonly AnyTable[]): void {
  for (const { table } of Object.values(load)) {
    if (lockOrder.includes(table as AnyTable)) continue;
    throw new TypeError(
      lockOrder.some(({ name }) => name === (table as AnyTable).name)
        ? `${by} loads ${(table as AnyTable).name} by another declaration than the one in the lock order: declare a table once`
        : `${by} loads ${(table as AnyTable).name}, which is not in the lock order`,
    );
  }
}

const onlyEffects = (decision: Decision, allowed: ReadonlySet<string>): Decision =>
  new Decision(
    decision.changes,
    decision.messages,
    decision.effects.filter(({ effect }) => allowed.has(effect)),
    decision.timeouts,
    decision.cancelledTimeouts,
    decision.answer,
  );

/** Calls through Nest's pipeline: guards, pipes, interceptors, filters. Throws the handler's own error, not the one of the filters. */
async function call(callback: MessageHandler, message: object, context: object): Promise<unknown> {
  try {
    const result: unknown = await callback(message, context);
    return isObservable(result) ? await lastValueFrom(result, { defaultValue: undefined }) : result;
  } catch (error) {
    throw failureOf(context) ?? error;
  }
}
