import { groupBy } from '@tradewind/kernel';
import { Findings, type Section } from './section.js';

/** An action of staff or of an operator, as a service's log has it. */
export interface LoggedActionFact {
  readonly service: string;
  readonly id: bigint;
  /** The hash of the action before. */
  readonly previous: string;
  readonly hash: string;
  /** The hash of what the row contains now. */
  readonly computed: string;
}

/** G11: the log of each service has the actions 1, 2, 3 …, each unchanged and chained to the one before. After its first fault a log shows nothing more. */
export function checkActionLogs(actions: readonly LoggedActionFact[]): Section {
  const findings = new Findings();
  findings.count('actions', actions.length);
  for (const [service, log] of groupBy(actions, (action) => action.service)) {
    const faults = log.map((action, at) => ({ action, fault: faultOf(action, log[at - 1]) }));
    const first = faults.find(({ fault }) => fault !== undefined);
    if (first?.fault !== undefined) findings.report(first.fault, { service, action: String(first.action.id) });
  }
  return findings.section('G11', 'append-only: the log of actions is complete and unchanged');
}

function faultOf(
  { id, previous, hash, computed }: LoggedActionFact,
  last: Pick<LoggedActionFact, 'id' | 'hash'> = { id: 0n, hash: '' },
): string | undefined {
  if (id !== last.id + 1n) return `an action is missing: ${last.id} is followed by ${id}`;
  if (previous !== last.hash) return 'an action does not follow the one before, which was changed';
  return computed === hash ? undefined : 'an action was changed';
}
