import { isObservable, lastValueFrom } from 'rxjs';
import type { MessageHandler } from '@nestjs/microservices';
import { messageInfo, type Catalogue, type MessageClass } from '../contract/index.js';
import { Decision, failureOf, type AnyTable, type HandlerExtras, type HandlerKind } from '../decide/index.js';
import type { Work } from '../run/work.js';
import type { Decoded } from './decode.js';
import { checkProjection, keptBy, neverBack, openedTo } from './projection.js';

interface Handler {
  readonly callback: MessageHandler;
  readonly extras: HandlerExtras;
}

/** What of a message is done once more, and where it is marked so that it is done once. */
export interface Again {
  readonly inbox: string;
  /** Types whose policies are run; those of the others are passed over. */
  readonly policies: ReadonlySet<string>;
  /** Effects that these may wish for. */
  readonly effects: ReadonlySet<string>;
}

/** What one handler is, and the tables that it asks for. */
export interface Declared {
  readonly type: string;
  readonly kind: HandlerKind;
  readonly tables: readonly AnyTable[];
}

/** The handlers of one consumer group, by the type of message. Built at the start from Nest's controllers. */
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

  get declared(): readonly Declared[] {
    return [...this.#byType].map(([type, { extras }]) => ({
      type,
      kind: extras.kind,
      tables: Object.values(extras.load).map((load): AnyTable => load.table),
    }));
  }

  get topics(): string[] {
    return [...new Set([...this.#byType.values()].map(({ extras }) => messageInfo(extras.message).topic.name))];
  }

  /** Throws naming every type that may arrive and is neither handled nor ignored, and every table outside the lock order. */
  check(contracts: Catalogue, lockOrder: readonly AnyTable[]): void {
    const open = this.topics
      .flatMap((topic) => contracts.on(topic))
      .filter((cls) => !this.#byType.has(messageInfo(cls).type) && !this.ignored.includes(cls));
    if (open.length > 0) {
      throw new TypeError(
        `${this.group} may get ${open.map((cls) => messageInfo(cls).type).join(', ')}: handle or ignore each of them`,
      );
    }
    for (const [type, { extras }] of this.#byType) {
      checkProjection(type, extras);
      for (const { table } of Object.values(extras.load)) {
        if (!lockOrder.some(({ name }) => name === table.name))
          throw new TypeError(`${type} loads ${table.name}, which is not in the lock order`);
      }
    }
  }

  workOf(decoded: Decoded, released = false): Work | undefined {
    const { envelope, cls, message, record, id, lane } = decoded;
    const handler = this.#byType.get(envelope!.type);
    if (!handler) return this.ignored.includes(cls!) ? undefined : this.#unhandled(decoded);
    return {
      cause: id,
      lane,
      consumer: this.group,
      released,
      load: handler.extras.load,
      input: message,
      correlation: envelope!.correlation ?? record.key ?? undefined,
      traceparent: envelope!.traceparent,
      sequence: envelope!.sequence,
      decide: async (given) => {
        const decision = await call(handler.callback, message!, given);
        return handler.extras.kind === 'projection' ? keptBy(envelope!.type, decision) : decision;
      },
    };
  }

  /** The work of a message that was handled before. Undefined where nothing is to be done again. */
  workAgain(decoded: Decoded, { inbox, policies, effects }: Again): Work | undefined {
    const { type } = decoded.envelope!;
    const handler = this.#byType.get(type);
    const work = this.workOf(decoded);
    if (!handler || !work) return undefined;
    const { load, kind } = handler.extras;
    if (kind === 'projection') {
      const apply = async (given: object): Promise<Decision> => {
        const found = given as Parameters<typeof openedTo>[1];
        return neverBack(load, found, (await work.decide(openedTo(load, found))) as Decision);
      };
      return { ...work, consumer: inbox, decide: apply };
    }
    if (!policies.has(type)) return undefined;
    return {
      ...work,
      consumer: inbox,
      decide: async (given) => withoutWishes((await work.decide(given)) as Decision, effects),
    };
  }

  kindOf(type: string): HandlerKind | undefined {
    return this.#byType.get(type)?.extras.kind;
  }

  /** Can't happen after a check against the same contracts; a message is never passed over without a word. */
  #unhandled({ id, lane, envelope }: Decoded): Work {
    return {
      cause: id,
      lane,
      consumer: this.group,
      load: {},
      input: undefined,
      decide: () => {
        throw new TypeError(`${this.group} has no handler of ${envelope!.type}`);
      },
    };
  }
}

const withoutWishes = (
  { changes, says, wishes, deadlines, met, answer }: Decision,
  but: ReadonlySet<string>,
): Decision =>
  new Decision(
    changes,
    says,
    wishes.filter(({ effect }) => but.has(effect)),
    deadlines,
    met,
    answer,
  );

/** Through Nest's pipeline: guards, pipes, interceptors, filters. A failure of the handler itself keeps its own error. */
async function call(callback: MessageHandler, message: object, given: object): Promise<Decision> {
  try {
    const result: unknown = await callback(message, given);
    return (isObservable(result) ? await lastValueFrom(result) : result) as Decision;
  } catch (error) {
    throw failureOf(given) ?? error;
  }
}
