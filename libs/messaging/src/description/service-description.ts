import type { HandlerKind } from '../handling/index.js';
import type { JsonSchema, Topic } from '../message/index.js';

/** What a service is, whatever its environment. All lists are sorted, so that equal services have equal descriptions. */
export interface ServiceDescription {
  /** Of this form; raised with each change of it. */
  readonly format: 1;
  readonly service: string;
  readonly consumers: readonly ConsumerDescription[];
  /** The types that it may publish: all on the topics that it owns. */
  readonly publishes: readonly string[];
  /** Every type that it publishes, handles or ignores, and those that are known on a topic that it consumes. */
  readonly messages: readonly MessageDescription[];
  /** The topics that it owns or consumes. */
  readonly topics: readonly TopicDescription[];
  /** Each version of each saga. */
  readonly sagas: readonly SagaDescription[];
  readonly effects: readonly EffectDescription[];
}

export interface ConsumerDescription {
  readonly group: string;
  readonly topics: readonly string[];
  readonly handles: readonly HandledMessage[];
  readonly ignores: readonly string[];
}

export interface HandledMessage {
  readonly type: string;
  readonly kind: HandlerKind;
  /** The sagas that it is a reply to. */
  readonly sagas?: readonly string[];
}

export interface MessageDescription {
  readonly type: string;
  readonly topic: string;
  readonly key: string;
  readonly version: number;
  readonly readableSince: number;
  readonly tombstone: boolean;
  /** The older versions that it is read from. */
  readonly upcastsFrom: readonly number[];
  /** The fields of the current version. */
  readonly schema: JsonSchema;
}

export interface TopicDescription extends Pick<
  Topic,
  'name' | 'owner' | 'partitions' | 'retention' | 'carries' | 'unknownTypes'
> {
  /** Another system writes it. */
  readonly foreign: boolean;
}

export interface SagaDescription {
  readonly name: string;
  readonly version: number;
  /** The version of new instances. The others end those that run. */
  readonly current: boolean;
  /** The table of its subjects. */
  readonly subjects: string;
  readonly steps: readonly StepDescription[];
  readonly canBeCancelled: boolean;
}

export interface StepDescription {
  readonly name: string;
  readonly kind: 'step' | 'point of no return';
  /** The type of the command; null where it depends on the subject in a way that a description cannot follow. */
  readonly command?: string | null;
  readonly success?: string;
  readonly failure?: string;
  readonly compensation?: string | null;
  readonly compensated?: string;
  /** `30s`, `2m`. */
  readonly timeout?: string;
  /** Repeats of the command after a timeout. */
  readonly retries?: number | 'forever';
}

export interface EffectDescription {
  readonly name: string;
}
