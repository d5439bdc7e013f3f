import type { Databases, OfService } from '../databases/databases.js';
import { OperatorError } from '../databases/errors.js';
import { ConsumerDeadLetters } from './consumer-dead-letters.js';
import {
  effects,
  outbox,
  type BlockedKey,
  type DeadLetter,
  type DeadLetterSource,
  type Discarded,
  type FirstLetterAction,
} from './dead-letter.js';
import { EffectDeadLetters } from './effect-dead-letters.js';
import { OutboxDeadLetters } from './outbox-dead-letters.js';

/** Which blocked keys an action is for. */
export interface Selection {
  /** Ids of messages whose keys are selected. */
  readonly messages: readonly string[];
  readonly cause?: string | undefined;
  readonly consumer?: string | undefined;
  readonly key?: string | undefined;
  readonly all?: boolean | undefined;
}

const everyKey = 2 ** 31 - 1;

/** All messages that wait for an operator: those that a consumer can't handle, those that the broker rejects, and effects that failed too often. */
export class DeadLetters {
  readonly #consumers: DeadLetterSource;
  readonly #outboxes: DeadLetterSource;
  readonly #effects: DeadLetterSource;

  constructor(databases: Databases) {
    this.#consumers = new ConsumerDeadLetters(databases);
    this.#outboxes = new OutboxDeadLetters(databases);
    this.#effects = new EffectDeadLetters(databases);
  }

  /** `limit`: how many of each service and kind, those that are blocked longest. */
  async list(limit: number = everyKey): Promise<OfService<BlockedKey>[]> {
    return (await this.#all((source) => source.list(limit))).flat();
  }

  /** A message can be a dead letter of several consumers. */
  async find(id: string): Promise<OfService<DeadLetter>[]> {
    return (await this.#all((source) => source.find(id))).flat();
  }

  /** The one dead letter with that id, of `consumer` if there are several. */
  async get(id: string, consumer?: string): Promise<OfService<DeadLetter>> {
    const found = (await this.find(id)).filter((letter) => consumer === undefined || letter.consumer === consumer);
    if (found.length === 0)
      throw new OperatorError(`there is no dead letter ${id}${consumer === undefined ? '' : ` of ${consumer}`}`);
    if (found.length > 1)
      throw new OperatorError(
        `${id} is a dead letter of several consumers (${found.map((letter) => letter.consumer).join(', ')}): choose one with --consumer`,
      );
    return found[0]!;
  }

  /** The blocked keys that fit every given criterion. */
  async select({ messages, cause, consumer, key, all }: Selection): Promise<OfService<BlockedKey>[]> {
    if (messages.length === 0 && cause === undefined && consumer === undefined && key === undefined && !all) {
      throw new OperatorError('select keys by message ids, --cause, --consumer, --key, or --all');
    }
    const blocked = await this.list();
    const selected = new Set<string>();
    for (const id of messages) {
      const found = await this.find(id);
      if (found.length === 0)
        throw new OperatorError(`there is no dead letter ${id}: "tradewind dead-letters list" shows all`);
      for (const letter of found) selected.add(nameOf(letter));
    }
    return blocked.filter(
      (each) =>
        (messages.length === 0 || selected.has(nameOf(each))) &&
        (cause === undefined || each.cause === cause) &&
        (consumer === undefined || each.consumer === consumer) &&
        (key === undefined || each.key === key),
    );
  }

  /** The consumer handles, the relay publishes, or the worker calls for the messages of the key in order; new ones wait behind them. */
  redrive(key: OfService<BlockedKey>, reason: string): Promise<void> {
    return this.#sourceOf(key).redrive(key, reason);
  }

  /** Removes the first message of a key. After the last one the key is redriven; other messages still wait, unless `thenRedrive`. */
  discard(letter: OfService<DeadLetter>, action: FirstLetterAction): Promise<Discarded> {
    return this.#sourceOf(letter).discard(letter, action);
  }

  /** Replaces the value of the first message of a key; its id, key and headers stay. */
  edit(letter: OfService<DeadLetter>, value: string, action: FirstLetterAction): Promise<void> {
    return this.#sourceOf(letter).edit(letter, value, action);
  }

  #sourceOf({ consumer }: Pick<BlockedKey, 'consumer'>): DeadLetterSource {
    if (consumer === effects) return this.#effects;
    return consumer === outbox ? this.#outboxes : this.#consumers;
  }

  #all<T>(read: (source: DeadLetterSource) => Promise<T>): Promise<T[]> {
    return Promise.all([this.#consumers, this.#outboxes, this.#effects].map(read));
  }
}

const nameOf = ({ service, consumer, orderingKey }: OfService<Pick<BlockedKey, 'consumer' | 'orderingKey'>>): string =>
  JSON.stringify([service, consumer, orderingKey]);
