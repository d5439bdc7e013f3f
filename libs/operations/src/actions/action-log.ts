import { actionContent } from '@tradewind/messaging/internals';
import { queryAll, type Databases } from '../databases/databases.js';
import { ActionChain, type ExportedAction, type LoggedAction } from './action-chain.js';

/** From `from`, before `to`. */
export interface ActionPeriod {
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

const pageSize = 1_000;
const selectPage = `
select a.id::text as id, ${actionContent('a')} as content, a.hash from msg_operator_actions a
where a.id > $1::bigint and ($2::timestamptz is null or a.at >= $2) and ($3::timestamptz is null or a.at < $3) order by a.id limit ${pageSize}`;

/** The actions of one service, oldest first, one page in memory. */
export async function* loggedActions(
  databases: Databases,
  service: string,
  { from, to }: ActionPeriod = {},
): AsyncGenerator<LoggedAction> {
  for (let after = '0'; ;) {
    const rows = await queryAll<LoggedAction & { readonly id: string }>(one(databases, service), selectPage, [
      after,
      from ?? null,
      to ?? null,
    ]);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageSize) return;
    after = last.id;
  }
}

const one = (databases: Databases, service: string): Databases =>
  Object.fromEntries(Object.entries(databases).filter(([name]) => name === service));

/** What the check of one service's log found. */
export interface VerifiedActions {
  readonly service: string;
  /** How many fit, from the first one on. */
  readonly actions: number;
  /** Of the last action that fits. Kept elsewhere, it shows later whether the log was written anew up to there. */
  readonly hash: string;
  /** The first fault. */
  readonly fault?: string;
}

/**
 * Recomputes the chain of a service's log. A log that was written anew as a whole fits in itself: `exported`, lines of an earlier export, show it.
 */
export async function verifyActions(
  databases: Databases,
  service: string,
  exported: readonly ExportedAction[] = [],
): Promise<VerifiedActions> {
  const chain = new ActionChain('first action');
  const expected = exported.filter((action) => action.service === service);
  const left = new Map(expected.map((action) => [(JSON.parse(action.content) as { id: number }).id, action.hash]));
  const result = (fault?: string): VerifiedActions => ({
    service,
    actions: chain.length,
    hash: chain.hash,
    ...(fault !== undefined && { fault }),
  });
  const exportChain = new ActionChain('any action');
  for (const action of expected) {
    const fault = exportChain.add(action);
    if (fault !== undefined) return result(`the export itself does not fit: ${fault}`);
  }
  for await (const action of loggedActions(databases, service)) {
    const fault = chain.add(action);
    if (fault !== undefined) return result(fault);
    if ((left.get(chain.length) ?? action.hash) !== action.hash)
      return result(`action ${chain.length} is not the one that was exported`);
    left.delete(chain.length);
  }
  const [missing] = left.keys();
  return result(missing === undefined ? undefined : `action ${missing} was exported and is missing`);
}
