import { isObservable, lastValueFrom } from 'rxjs';
import type { MessageHandler } from '@nestjs/microservices';
import { messageInfo, type Catalogue, type MessageClass } from '../contract/index.js';
import type { AnyTable, Decision, HandlerExtras } from '../decide/index.js';
import { failureOf } from '../decide/index.js';
import type { Work } from '../run/work.js';
import type { Decoded } from './decode.js';

interface Handler {
  readonly callback: MessageHandler;
  readonly extras: HandlerExtras;
}

/** The handlers of one consumer group, by the type of message. Built at the start from Nest's controllers. */
export class Handlers {
  readonly #byType = new Map<string, Handler>();

  constructor(
    readonly group: string,
    private readonly ignored: readonly MessageClass[],
  ) {}

  add(type: string, handler: Handler): void {
    if (this.#byType.has(type)) throw new TypeError(`${this.group} has two handlers of ${type}: give one of them a consumer of its own`);
    this.#byType.set(type, handler);
  }

  get types(): string[] {
    return [...this.#byType.keys()];
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
      throw new TypeError(`${this.group} may get ${open.map((cls) => messageInfo(cls).type).join(', ')}: handle or ignore each of them`);
    }
    for (const [type, { extras }] of this.#byType) {
      for (const { table } of Object.values(extras.load)) {
        if (!lockOrder.some(({ name }) => name === table.name)) throw new TypeError(`${type} loads ${table.name}, which is not in the lock order`);
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
      decide: (given) => call(handler.callback, message!, given),
    };
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

/** Through Nest's pipeline: guards, pipes, interceptors, filters. A failure of the handler itself keeps its own error. */
async function call(callback: MessageHandler, message: object, given: object): Promise<Decision> {
  try {
    const result: unknown = await callback(message, given);
    return (isObservable(result) ? await lastValueFrom(result) : result) as Decision;
  } catch (error) {
    throw failureOf(given) ?? error;
  }
}
