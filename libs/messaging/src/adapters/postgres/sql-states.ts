import type { TransientReason } from '../../ports/errors.js';

/** What becomes of a message, command or effect whose statement failed. */
export type Decision =
  /** It runs again, as often as needed: it is not at fault. */
  | 'transient'
  /** The same, on another connection: this one would fail again. */
  | 'fresh connection'
  /** It runs alone, then counts as failed. */
  | 'timeout'
  /** A command answers that the row exists; a message counts as failed. */
  | 'conflict'
  /** It counts as failed: after a few attempts a message is dead-lettered, and its key waits for an operator. */
  | 'failed';

export interface SqlStateRule {
  readonly states: RegExp;
  /** The function of PostgreSQL that reports it, where the state alone says too little. Messages are translated, functions are not. */
  readonly routine?: string;
  readonly decision: Decision;
  readonly reason?: TransientReason;
  readonly why: string;
}

/** The first rule that fits decides. https://www.postgresql.org/docs/current/errcodes-appendix.html */
export const sqlStateRules: readonly SqlStateRule[] = [
  { states: /^08/, decision: 'fresh connection', why: 'the connection broke' },
  {
    states: /^0A000/,
    routine: 'RevalidateCachedQuery',
    decision: 'fresh connection',
    why: 'a column changed its type: a prepared statement keeps its old result on this connection',
  },
  { states: /^23505/, decision: 'conflict', why: 'a row with this key exists' },
  {
    states: /^25006/,
    decision: 'fresh connection',
    why: 'the server is read-only: it is a replica, or becomes or was one',
  },
  {
    states: /^25P0[34]/,
    decision: 'fresh connection',
    why: 'the server ended a session that was idle or took too long',
  },
  {
    states: /^26000/,
    decision: 'fresh connection',
    why: 'a prepared statement is unknown: a pooler changed the session, or it was reset',
  },
  {
    states: /^28/,
    decision: 'fresh connection',
    why: 'the login is refused: a password is changed at one place before the other',
  },
  { states: /^3D000/, decision: 'fresh connection', why: 'the database does not exist: it is being restored' },
  { states: /^40P01/, decision: 'transient', reason: 'deadlock', why: 'another transaction was chosen to go on' },
  {
    states: /^40001/,
    decision: 'transient',
    reason: 'serialization',
    why: 'a concurrent transaction changed the same rows',
  },
  {
    states: /^40/,
    decision: 'transient',
    reason: 'serialization',
    why: 'the transaction was rolled back for a cause outside of it',
  },
  {
    states: /^42P05/,
    decision: 'fresh connection',
    why: 'a prepared statement exists: a pooler gave the session of another client',
  },
  { states: /^53/, decision: 'transient', reason: 'connections', why: 'connections, memory or disk are used up' },
  {
    states: /^55P03/,
    decision: 'transient',
    reason: 'lock',
    why: 'a lock was held for too long: the fault of its holder',
  },
  { states: /^55006/, decision: 'transient', reason: 'lock', why: 'an object is in use' },
  { states: /^57014/, decision: 'timeout', why: 'the statement took too long while others are answered' },
  { states: /^57/, decision: 'fresh connection', why: 'the server stops, starts or ended the session' },
  { states: /^58/, decision: 'transient', why: 'the server cannot read or write its files' },
  { states: /^72/, decision: 'transient', reason: 'serialization', why: 'a snapshot was too old' },
  {
    states: /^/,
    decision: 'failed',
    why: 'the statement or its values are wrong: repeating it forever would stop the key in silence',
  },
];

/** The rule for an error with a SQLSTATE; undefined for other errors. */
export function sqlStateRuleOf({
  code,
  routine,
}: {
  readonly code?: unknown;
  readonly routine?: unknown;
}): SqlStateRule | undefined {
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return undefined;
  return sqlStateRules.find((rule) => rule.states.test(code) && (rule.routine ?? routine) === routine);
}
