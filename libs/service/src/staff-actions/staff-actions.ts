import { insert, table, type Decision } from '@tradewind/messaging';
import type { ActingStaff } from './acting.js';

/** What was done. Everything in it stays for ever: ids, codes and amounts, no names, addresses or secrets. */
export interface StaffAction {
  /** `product.change` */
  readonly action: string;
  /** The id of what it was done to. */
  readonly subject: string;
  /** What changed, as it was; left out where something is new. */
  readonly before?: object;
  readonly after?: object;
  /** The code in the body of the request; without it that of `Action-Reason`. */
  readonly reason?: string;
}

interface RecordedStaffAction {
  readonly actionId: string;
  readonly actor: string;
  readonly address: string;
  readonly action: string;
  readonly subject: string;
  readonly reason: string;
  readonly detail: object;
}

/**
 * The log of actions, which the operator's command writes too. The database gives each action its number and chains it by its hash to the one before, under
 * a lock that only actions take. Every service has it at the end of its lock order.
 */
export const StaffActions = table<RecordedStaffAction>('msg_operator_actions', 'actionId', {
  actionId: 'uuid',
  actor: 'text',
  address: 'text',
  action: 'text',
  subject: 'text',
  reason: 'text',
  detail: 'jsonb',
});

/** Saves the action in the transaction of the change. `actionId` is a new id. */
export const recordedAction = (
  { actor, address, reason: code }: ActingStaff,
  { action, subject, before, after, reason = code ?? 'none' }: StaffAction,
  actionId: string,
): Decision =>
  insert(StaffActions, {
    actionId,
    actor,
    address,
    action,
    subject,
    reason,
    detail: { ...(before && { before }), ...(after && { after }) },
  });
