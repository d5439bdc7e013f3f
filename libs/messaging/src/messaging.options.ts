import type { Type } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { Catalogue, MessageClass, Topic } from './contract/index.js';
import type { AnyTable } from './decide/index.js';
import type { AnyEffect } from './effects/effects.js';
import type { AnySagaBinding } from './sagas/saga-binding.js';

/** What a service declares once in its module: its name, what it may hear and say, and its one lock order. */
export interface MessagingOptions {
  /** The consumer group, and the source of everything said. */
  readonly service: string;
  readonly contracts: Catalogue;
  /** Every table that decisions load or save, in the order in which every transaction locks them. */
  readonly lockOrder: readonly AnyTable[];
  /** Messages on subscribed topics that a consumer means to pass over; keyed by group (`cart`, `cart.prices`). Anything else without a handler stops the start. */
  readonly ignores?: Readonly<Record<string, readonly MessageClass[]>>;
  /** Sagas with the table of their subject. */
  readonly sagas?: readonly AnySagaBinding[];
  /** Providers of the module that implement `Effect`. */
  readonly effects?: readonly Type<AnyEffect>[];
  /** Calls to the outside at once in one process, default 64: what the outside, or the process, can bear. */
  readonly effectsAbreast?: number;
  /** Where parked messages are told. */
  readonly deadLetters?: Topic;
}

/** What comes from the environment. */
export interface MessagingConnections {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly dataSource: DataSource;
  /** Milliseconds for one statement of a decision's transaction, default 8,000: a message over it can't hold up the others for ever. */
  readonly statementTimeout?: number;
  /** What the library has to say; default: Nest's logger. */
  readonly log?: Log;
  /** Something that can't heal by itself in this process; default: exit with 1, so that a supervisor starts it anew. */
  readonly onFatal?: (error: Error) => void;
}

export type Log = (level: 'info' | 'warn' | 'error', message: string, detail?: object) => void;
