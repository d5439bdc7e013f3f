import { messageInfo, type MessageClass, type MessageInfo } from './message.js';
import type { Topic } from './topic.js';

/** All message classes of a system, by type. Built once from an explicit list: nothing is discovered. */
export class MessageRegistry {
  readonly #byType = new Map<string, { readonly cls: MessageClass; readonly info: MessageInfo }>();
  readonly #byTopic = new Map<string, MessageClass[]>();
  readonly #topics = new Map<string, Topic>();

  constructor(classes: readonly MessageClass[]) {
    for (const cls of classes) {
      const info = messageInfo(cls);
      const other = this.#byType.get(info.type);
      if (other) throw new TypeError(`${cls.name} and ${other.cls.name} have the same type "${info.type}"`);
      this.#byType.set(info.type, { cls, info });
      this.#topics.set(info.topic.name, info.topic);
      this.#byTopic.set(info.topic.name, [...(this.#byTopic.get(info.topic.name) ?? []), cls]);
    }
  }

  find(type: string): { readonly cls: MessageClass; readonly info: MessageInfo } | undefined {
    return this.#byType.get(type);
  }

  /** The classes of a topic. */
  on(topic: Topic | string): readonly MessageClass[] {
    return this.#byTopic.get(typeof topic === 'string' ? topic : topic.name) ?? [];
  }

  /** The topic with this name, where a class belongs to it. */
  topicNamed(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  /** The topics of all classes. */
  get topics(): readonly Topic[] {
    return [...new Set(this.classes.map((cls) => messageInfo(cls).topic))];
  }

  topicOf(cls: MessageClass): Topic {
    return messageInfo(cls).topic;
  }

  get classes(): readonly MessageClass[] {
    return [...this.#byType.values()].map(({ cls }) => cls);
  }
}
