import { messageInfo, type MessageClass, type MessageInfo } from './message.js';
import type { Topic } from './topic.js';

/** All messages of a system, by type. Built once from a list written by hand: nothing is discovered. */
export class MessageRegistry {
  readonly #byType = new Map<string, { readonly cls: MessageClass; readonly info: MessageInfo }>();
  readonly #byTopic = new Map<string, MessageClass[]>();

  constructor(classes: readonly MessageClass[]) {
    for (const cls of classes) {
      const info = messageInfo(cls);
      const twin = this.#byType.get(info.type);
      if (twin) throw new TypeError(`${cls.name} and ${twin.cls.name} both claim the type "${info.type}"`);
      this.#byType.set(info.type, { cls, info });
      this.#byTopic.set(info.topic.name, [...(this.#byTopic.get(info.topic.name) ?? []), cls]);
    }
  }

  find(type: string): { readonly cls: MessageClass; readonly info: MessageInfo } | undefined {
    return this.#byType.get(type);
  }

  /** Every class that a topic may carry. */
  on(topic: Topic | string): readonly MessageClass[] {
    return this.#byTopic.get(typeof topic === 'string' ? topic : topic.name) ?? [];
  }

  /** Every topic that a message of the catalogue belongs on. */
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
