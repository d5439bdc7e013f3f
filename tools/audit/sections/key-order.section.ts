import type { RecordLog } from '../facts/record-log.js';
import { checkKeyOrder, type KeyRecords } from '../invariants/key-order.js';
import { section } from './audit-section.js';

export const keyOrder = section({
  id: 'G6',
  needs: [],
  gather: () => Promise.resolve(undefined),
  check: (_, { logs }) => checkKeyOrder(keysOf(logs.values())),
});

function* keysOf(logs: Iterable<RecordLog>): Generator<KeyRecords> {
  for (const log of logs) yield* log.byKey();
}
