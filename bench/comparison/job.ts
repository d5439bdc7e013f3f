import { setTimeout as pause } from 'node:timers/promises';

/*
 * The job of every contender: a producer stores a transfer and publishes it; a consumer adds it to the balance of its account and publishes
 * the balance. The statements are the same for all; how they become a transaction and how events travel is what the contenders differ in.
 */

/** What a producer is asked to do. */
export interface TransferRequest {
  readonly transferId: string;
  readonly account: string;
  readonly amount: number;
  /** What happens in the consumer, see `misbehave`. */
  readonly behaviour?: string | undefined;
  /** Makes the event large. */
  readonly note?: string | undefined;
  /** Milliseconds from the start of the transaction to its first statement, and from its last statement to the commit. */
  readonly beforeMs?: number;
  readonly afterMs?: number;
  readonly rollback?: boolean;
}

/** The event of a stored transfer. Its key is the account; `number` counts the transfers of the account from 1, in the order of their commits. */
export interface TransferMade extends Pick<
  TransferRequest,
  'transferId' | 'account' | 'amount' | 'behaviour' | 'note'
> {
  readonly number: number;
}

/** The event that follows. */
export interface BalanceChanged {
  readonly transferId: string;
  readonly account: string;
  readonly balance: number;
}

/** Runs one statement in the transaction of the contender. */
export type Query = (text: string, values?: unknown[]) => Promise<unknown>;

export const producerTables = `
create table accounts (account text primary key, transfers int not null);
create table transfers (transfer_id text primary key, account text not null, number int not null, amount int not null,
  stored_at timestamptz not null default clock_timestamp())`;

/** `ledger` has no constraint that would hide a transfer that is applied twice; `entry` numbers the transfers of an account as they are applied. */
export const consumerTables = `
create table balances (account text primary key, balance int not null, applied int not null);
create table ledger (entry text primary key, transfer_id text not null, account text not null, position int not null,
  applied_at timestamptz not null default clock_timestamp());
create table marks (mark text primary key);
insert into marks values ('taken')`;

/** Stores a transfer, in a transaction that locks its account; the contender publishes the event as its documentation shows. */
export async function storeTransfer(
  query: Query,
  request: TransferRequest,
  publish: (event: TransferMade) => Promise<unknown>,
): Promise<void> {
  const { transferId, account, amount, behaviour, note, beforeMs = 0, afterMs = 0, rollback = false } = request;
  if (beforeMs > 0) await pause(beforeMs);
  const [row] = (await query(
    `insert into accounts values ($1, 1) on conflict (account) do update set transfers = accounts.transfers + 1 returning transfers`,
    [account],
  )) as [{ transfers: number }];
  const number = row.transfers;
  await query('insert into transfers (transfer_id, account, number, amount) values ($1, $2, $3, $4)', [
    transferId,
    account,
    number,
    amount,
  ]);
  await publish({ transferId, account, amount, number, ...(behaviour && { behaviour }), ...(note && { note }) });
  if (afterMs > 0) await pause(afterMs);
  if (rollback) throw new Error('rolled back on request');
}

/** Applies a transfer, in the transaction of the contender. */
export async function applyTransfer(query: Query, event: TransferMade): Promise<BalanceChanged> {
  const { transferId, account, amount, behaviour = '' } = event;
  const [{ balance, applied }] = (await query(
    `insert into balances values ($1, $2, 1) on conflict (account)
    do update set balance = balances.balance + excluded.balance, applied = balances.applied + 1 returning balance, applied`,
    [account, amount],
  )) as [{ balance: number; applied: number }];
  await query('insert into ledger (entry, transfer_id, account, position) values ($1, $2, $3, $4)', [
    `${account}/${applied}`,
    transferId,
    account,
    applied,
  ]);
  await misbehave(query, behaviour);
  return { transferId, account, balance };
}

/** The other account that a transfer with the behaviour `deadlock` locks. */
export const partner = 'partner';

/** Thrown as long as something that a handler needs is unavailable. */
export class Outage extends Error {}

export const isOutage = (behaviour: string): boolean =>
  behaviour.startsWith('until:') && Date.now() < Number(behaviour.slice('until:'.length));

async function misbehave(query: Query, behaviour: string): Promise<void> {
  if (behaviour === 'throw') throw new TypeError('this transfer can never be applied');
  if (behaviour === 'unique') await query(`insert into marks values ('taken')`);
  if (behaviour === 'deadlock') await query('select 1 from balances where account = $1 for update', [partner]);
  if (behaviour.startsWith('slow:')) await pause(Number(behaviour.slice('slow:'.length)));
  if (isOutage(behaviour)) throw new Outage('something that this handler needs is unavailable');
}
