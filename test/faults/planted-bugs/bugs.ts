import { commitAssumed } from './commit-assumed.js';
import { concurrentSends } from './concurrent-sends.js';
import { inboxOff } from './inbox-off.js';
import { lateSuccessIgnored } from './late-success-ignored.js';
import { notFromBeginning } from './not-from-beginning.js';
import { offsetBeforeDatabase } from './offset-before-database.js';
import type { PlantedBug } from './planted-bug.js';
import { producerReused } from './producer-reused.js';
import { providerKeyNotUnique } from './provider-key-not-unique.js';
import { publishBeforeCommit } from './publish-before-commit.js';
import { sequenceCursor } from './sequence-cursor.js';
import { timeoutInMemory } from './timeout-in-memory.js';
import { twoRelays } from './two-relays.js';
import { compensationSkipped } from './compensation-skipped.js';

/** All planted bugs. Each must be found by its check, and its scenario must be clean without the bug. */
export const bugs: readonly PlantedBug[] = [
  inboxOff,
  offsetBeforeDatabase,
  publishBeforeCommit,
  sequenceCursor,
  twoRelays,
  concurrentSends,
  producerReused,
  lateSuccessIgnored,
  compensationSkipped,
  timeoutInMemory,
  providerKeyNotUnique,
  notFromBeginning,
  commitAssumed,
];
