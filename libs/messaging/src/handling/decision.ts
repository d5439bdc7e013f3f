import { message, type OutgoingMessage } from '@tradewind/saga';
import { keyOf, keyText, type Key, type RequestedChange, type Table } from '../ports/index.js';

/** A call to an external system, run after the commit by a worker, one at a time a key. */
export interface EffectRequest {
  readonly effect: string;
  readonly key: string;
  readonly payload: object;
}

/** A timeout of a saga. Runs from the moment that `command`, one of the decision's messages, is on its topic. */
export interface Timeout {
  readonly id: string;
  readonly sagaId: string;
  readonly name: string;
  readonly milliseconds: number;
  /** Undefined: runs from the commit. */
  readonly command: OutgoingMessage | undefined;
}

/**
 * What a handler returns: rows to save, messages to publish, effects and timeouts to schedule, and the answer of a command.
 * A value; nothing has happened yet. The runner saves all of it and the inbox mark in one transaction.
 */
export class Decision<R = undefined> {
  constructor(
    readonly changes: readonly RequestedChange[],
    readonly messages: readonly OutgoingMessage[],
    readonly effects: readonly EffectRequest[],
    readonly timeouts: readonly Timeout[],
    /** Ids of timeouts to cancel. */
    readonly cancelledTimeouts: readonly string[],
    readonly answer: R,
  ) {}

  /** Both decisions. The answer is that of `other` where it has one. */
  and<T>(other: Decision<T>): Decision<T extends undefined ? R : T> {
    return new Decision(
      concat(this.changes, other.changes),
      concat(this.messages, other.messages),
      concat(this.effects, other.effects),
      concat(this.timeouts, other.timeouts),
      concat(this.cancelledTimeouts, other.cancelledTimeouts),
      other.answer ?? this.answer,
    ) as Decision<T extends undefined ? R : T>;
  }
}

const concat = <T>(some: readonly T[], more: readonly T[]): readonly T[] =>
  more.length === 0 ? some : some.length === 0 ? more : [...some, ...more];

const decision = (parts: Partial<Decision>): Decision =>
  new Decision(
    parts.changes ?? [],
    parts.messages ?? [],
    parts.effects ?? [],
    parts.timeouts ?? [],
    parts.cancelledTimeouts ?? [],
    undefined,
  );

/** Changes and publishes nothing. The message is marked as handled. */
export const nothing = (): Decision => decision({});

/** Saves rows, new or changed. They must have been loaded by key. */
export const save = <S extends object, K extends Key>(table: Table<S, K>, ...rows: readonly S[]): Decision =>
  decision({ changes: rows.map((row) => ({ table, key: keyOf(table, row), row, isNew: false })) });

/** Adds rows that were not loaded (ledger entries, history). The save fails when one exists already. */
export const insert = <S extends object, K extends Key>(table: Table<S, K>, ...rows: readonly S[]): Decision =>
  decision({ changes: rows.map((row) => ({ table, key: keyOf(table, row), row, isNew: true })) });

/** Saves rows that were loaded by key, and adds those that were not loaded. The save fails when one of the latter exists already. */
export const saveOrInsert = <S extends object, K extends Key>(table: Table<S, K>, ...rows: readonly S[]): Decision =>
  decision({ changes: rows.map((row) => ({ table, key: keyOf(table, row), row, isNew: 'unless loaded' })) });

/** Deletes rows, whether they exist or not. They must have been loaded by key. */
export const remove = <S extends object, K extends Key>(table: Table<S, K>, ...keys: readonly K[]): Decision =>
  decision({ changes: keys.map((key) => ({ table, key: keyText(table, key), row: undefined, isNew: false })) });

/** Publishes a message through the outbox, on the topic and with the key that its class declares. */
export const publish = <M extends object>(cls: new () => M, fields: NoInfer<M>): Decision =>
  decision({ messages: [message(cls, fields)] });

export const publishAll = (messages: readonly OutgoingMessage[]): Decision => decision({ messages });

/** Schedules an effect, see `Effect`. Effects of one key run one after another, in the order in which they were scheduled. */
export const schedule = (effect: string, key: string, payload: object): Decision =>
  decision({ effects: [{ effect, key, payload }] });

export const scheduleTimeouts = (timeouts: readonly Timeout[]): Decision => decision({ timeouts });

/** Cancels timeouts. A timeout that is not cancelled fires once and is ignored. */
export const cancelTimeouts = (...ids: readonly string[]): Decision => decision({ cancelledTimeouts: ids });

/** The answer of a command. It is kept with the idempotency key, so it must be JSON. */
export const answer = <R>(value: R): Decision<R> => new Decision([], [], [], [], [], value);
