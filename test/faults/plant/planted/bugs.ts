import { commitBelieved } from './commit-believed.js';
import { concurrentSends } from './concurrent-sends.js';
import { inboxOff } from './inbox-off.js';
import { lateSuccessIgnored } from './late-success-ignored.js';
import { notFromBeginning } from './not-from-beginning.js';
import { offsetBeforeDatabase } from './offset-before-database.js';
import type { PlantedBug } from './planted-bug.js';
import { producerKept } from './producer-kept.js';
import { providerKeyNotUnique } from './provider-key-not-unique.js';
import { publishBeforeCommit } from './publish-before-commit.js';
import { sequenceCursor } from './sequence-cursor.js';
import { timerInMemory } from './timer-in-memory.js';
import { twoRelays } from './two-relays.js';
import { undoSkipped } from './undo-skipped.js';

/** Every one must be found by its check, and its scenario must be clean without it. */
export const bugs: readonly PlantedBug[] = [
  inboxOff,
  offsetBeforeDatabase,
  publishBeforeCommit,
  sequenceCursor,
  twoRelays,
  concurrentSends,
  producerKept,
  lateSuccessIgnored,
  undoSkipped,
  timerInMemory,
  providerKeyNotUnique,
  notFromBeginning,
  commitBelieved,
];
