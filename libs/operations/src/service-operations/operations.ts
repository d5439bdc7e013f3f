import { OperationRejected } from '@tradewind/kernel';
import { describeOperation, listTopics } from './describe.operation.js';
import { increasePartitions } from './increase-partitions.operation.js';
import type { OperationContext } from './operation-context.js';
import { dropReplacedTables, rebuild } from './rebuild.operation.js';
import {
  acceptGroupOffsets,
  backUpService,
  recoverGroupOffsets,
  recoverService,
  recoverServiceTopics,
} from './recover.operation.js';
import { listReplays, replay } from './replay.operation.js';

/** Takes the request as JSON and returns the report. */
export type Operation = (context: OperationContext, request: never) => Promise<object>;

const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['increase-partitions', increasePartitions],
  ['rebuild', rebuild],
  ['drop-replaced', dropReplacedTables],
  ['replay', replay],
  ['list-replays', listReplays],
  ['recover', recoverService],
  ['recover-topics', recoverServiceTopics],
  ['recover-offsets', recoverGroupOffsets],
  ['backup', backUpService],
  ['topics', listTopics],
  ['describe', describeOperation],
  ['accept-offsets', acceptGroupOffsets],
]);

/** Throws OperationRejected, naming all operations. */
export function operationNamed(name: string): Operation {
  const operation = operations.get(name);
  if (!operation)
    throw new OperationRejected(`there is no operation "${name}"; there are ${[...operations.keys()].join(', ')}`);
  return operation;
}
