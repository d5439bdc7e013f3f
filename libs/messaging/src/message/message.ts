import type { Topic } from './topic.js';

/** A class of message: its fields, with class-validator rules, and what `@Message` says of it. */
export type MessageClass<M extends object = object> = new () => M;

type Json = Record<string, unknown>;

export interface MessageInfo {
  /** Literal and unique: `payment.taken`. */
  readonly type: string;
  readonly topic: Topic;
  /** The field that holds the record's key. */
  readonly key: string;
  readonly version: number;
  /** True where the message is the end of its key on a compacted topic: the record has no value, only the key. */
  readonly tombstone: boolean;
  /** From version n to n + 1, for every n below `version`. */
  readonly upcasts: Readonly<Record<number, (old: Json) => Json>>;
}

const infos = new WeakMap<object, MessageInfo>();

/** Marks a class as a message. Throws at load time when a version has no upcast from the one before. */
export const Message =
  (info: Pick<MessageInfo, 'type' | 'topic' | 'key'> & Partial<MessageInfo>): ClassDecorator =>
  (target) => {
    const { version = 1, upcasts = {}, tombstone = false } = info;
    for (let from = 1; from < version; from++) {
      if (!upcasts[from]) throw new TypeError(`${info.type}: version ${version} needs an upcast from version ${from}`);
    }
    infos.set(target, Object.freeze({ ...info, version, upcasts, tombstone }));
  };

/** What `@Message` said of a class. Throws a TypeError on a class without the mark. */
export function messageInfo(of: MessageClass): MessageInfo {
  const info = infos.get(of);
  if (!info) throw new TypeError(`${of.name} is not marked with @Message`);
  return info;
}
