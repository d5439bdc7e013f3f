import type { ForeignTopic } from './foreign-topic.js';
import type { Topic } from './topic.js';

/** The class of a message: its fields with class-validator rules, marked with `@Message`. */
export type MessageClass<M extends object = object> = new () => M;

type Json = Record<string, unknown>;

/** What `@Message` declares. */
export interface MessageInfo {
  /** Unique, for example `payment.taken`. */
  readonly type: string;
  readonly topic: Topic;
  /** The field that holds the record's key. Of a foreign topic: nothing, because `read` decides what the key means. */
  readonly key: string;
  readonly version: number;
  /**
   * The oldest version whose readers can read this one, because later versions only added fields that they do not need. Default: `version`
   * itself. A consumer that knows only an older version dead-letters the message otherwise.
   */
  readonly readableSince: number;
  /** Whether the message deletes its key from a compacted topic: the record has a key and no value. */
  readonly tombstone: boolean;
  /** Converts version n to n + 1, for every n below `version`. */
  readonly upcasts: Readonly<Record<number, (old: Json) => Json>>;
}

const infos = new WeakMap<object, MessageInfo>();

type MessageArguments = Pick<MessageInfo, 'type'> &
  (Pick<MessageInfo, 'topic' | 'key'> | { readonly topic: ForeignTopic; readonly key?: undefined }) &
  Partial<Omit<MessageInfo, 'type' | 'topic' | 'key'>>;

/** Marks a class as a message. Throws a TypeError at load time when an upcast from an older version is missing. */
export const Message =
  (info: MessageArguments): ClassDecorator =>
  (target) => {
    const { key = '', version = 1, readableSince = version, upcasts = {}, tombstone = false } = info;
    if (!Number.isInteger(readableSince) || readableSince < 1 || readableSince > version)
      throw new TypeError(`${info.type}: readableSince must be a version from 1 to ${version}`);
    for (let from = 1; from < version; from++) {
      if (!upcasts[from]) throw new TypeError(`${info.type}: version ${version} needs an upcast from version ${from}`);
    }
    infos.set(target, Object.freeze({ ...info, key, version, readableSince, upcasts, tombstone }));
  };

/** The arguments of `@Message`. Throws a TypeError on a class that is not marked. */
export function messageInfo(cls: MessageClass): MessageInfo {
  const info = infos.get(cls);
  if (!info) throw new TypeError(`${cls.name} is not marked with @Message`);
  return info;
}
