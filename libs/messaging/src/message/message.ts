import type { Topic } from './topic.js';

/** The class of a message: its fields with class-validator rules, marked with `@Message`. */
export type MessageClass<M extends object = object> = new () => M;

type Json = Record<string, unknown>;

export interface MessageInfo {
  /** Unique, for example `payment.taken`. */
  readonly type: string;
  readonly topic: Topic;
  /** The field that holds the record's key. */
  readonly key: string;
  readonly version: number;
  /** Whether the message deletes its key from a compacted topic: the record has a key and no value. */
  readonly tombstone: boolean;
  /** Converts version n to n + 1, for every n below `version`. */
  readonly upcasts: Readonly<Record<number, (old: Json) => Json>>;
}

const infos = new WeakMap<object, MessageInfo>();

/** Marks a class as a message. Throws a TypeError at load time when an upcast from an older version is missing. */
export const Message =
  (info: Pick<MessageInfo, 'type' | 'topic' | 'key'> & Partial<MessageInfo>): ClassDecorator =>
  (target) => {
    const { version = 1, upcasts = {}, tombstone = false } = info;
    for (let from = 1; from < version; from++) {
      if (!upcasts[from]) throw new TypeError(`${info.type}: version ${version} needs an upcast from version ${from}`);
    }
    infos.set(target, Object.freeze({ ...info, version, upcasts, tombstone }));
  };

/** The arguments of `@Message`. Throws a TypeError on a class that is not marked. */
export function messageInfo(cls: MessageClass): MessageInfo {
  const info = infos.get(cls);
  if (!info) throw new TypeError(`${cls.name} is not marked with @Message`);
  return info;
}
