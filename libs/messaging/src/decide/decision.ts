import { said, type Said } from '@tradewind/saga';
import { keyOf, type AnyTable, type Table } from './table.js';

export interface Change {
  readonly table: AnyTable;
  readonly key: string;
  /** The row as it is to be, or undefined where it goes. */
  readonly row: object | undefined;
  /** True: a row that was never loaded and must be new. */
  readonly fresh: boolean;
}

/** A call to the outside that is wanted; run after the commit by a worker, one at a time a key. */
export interface Wish {
  readonly effect: string;
  readonly key: string;
  readonly payload: object;
}

/** A deadline of a saga: it runs from the moment the command with that place in `says` is on its topic. */
export interface Deadline {
  readonly id: string;
  readonly sagaId: string;
  readonly name: string;
  readonly milliseconds: number;
  /** Undefined: runs from the commit. */
  readonly command: Said | undefined;
}

/**
 * What is to be saved and said, and, for a command, answered. A value: nothing has happened yet. The runner saves the
 * changes, the messages and the mark of the message in one transaction.
 */
export class Decision<R = undefined> {
  constructor(
    readonly changes: readonly Change[],
    readonly says: readonly Said[],
    readonly wishes: readonly Wish[],
    readonly deadlines: readonly Deadline[],
    /** Ids of deadlines that count no more. */
    readonly met: readonly string[],
    readonly answer: R,
  ) {}

  /** Both. The answer is the later one, where it has one. */
  and<T>(other: Decision<T>): Decision<T extends undefined ? R : T> {
    return new Decision(
      both(this.changes, other.changes),
      both(this.says, other.says),
      both(this.wishes, other.wishes),
      both(this.deadlines, other.deadlines),
      both(this.met, other.met),
      other.answer ?? this.answer,
    ) as Decision<T extends undefined ? R : T>;
  }
}

const both = <T>(some: readonly T[], more: readonly T[]): readonly T[] =>
  more.length === 0 ? some : some.length === 0 ? more : [...some, ...more];

const decision = (parts: Partial<Decision>): Decision =>
  new Decision(
    parts.changes ?? [],
    parts.says ?? [],
    parts.wishes ?? [],
    parts.deadlines ?? [],
    parts.met ?? [],
    undefined,
  );

/** Nothing changes and nothing is said: the message is marked as handled. */
export const nothing = (): Decision => decision({});

/** Keeps the rows, new or changed. They must have been asked for by key. */
export const save = <S extends object>(table: Table<S>, ...rows: readonly S[]): Decision =>
  decision({ changes: rows.map((row) => ({ table, key: keyOf(table, row), row, fresh: false })) });

/** Adds rows that nobody has loaded (ledger entries, history). One that is there already fails the save. */
export const insert = <S extends object>(table: Table<S>, ...rows: readonly S[]): Decision =>
  decision({ changes: rows.map((row) => ({ table, key: keyOf(table, row), row, fresh: true })) });

/** Deletes rows, whether they are there or not. They must have been asked for. */
export const remove = <S extends object>(table: Table<S>, ...keys: readonly string[]): Decision =>
  decision({ changes: keys.map((key) => ({ table, key, row: undefined, fresh: false })) });

/** Says a message, through the outbox, on the topic and with the key that its class declares. */
export const say = <M extends object>(cls: new () => M, fields: M): Decision => decision({ says: [said(cls, fields)] });

export const sayAll = (says: readonly Said[]): Decision => decision({ says });

/** Wants an effect: see `Effect`. Effects of one key run one after another, in the order they were wished. */
export const perform = (effect: string, key: string, payload: object): Decision =>
  decision({ wishes: [{ effect, key, payload }] });

export const expectWithin = (deadlines: readonly Deadline[]): Decision => decision({ deadlines });

/** These deadlines count no more. Whoever forgets to say so only has them looked at once more, in vain. */
export const met = (...deadlines: readonly string[]): Decision => decision({ met: deadlines });

/** What a command answers. Kept with the idempotency key, so it must be JSON. */
export const answer = <R>(value: R): Decision<R> => new Decision([], [], [], [], [], value);
