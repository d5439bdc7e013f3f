import { lateSuccessIgnored } from './late-success-ignored.js';
import type { PlantedBug } from './planted-bug.js';

/** Every one must be found by its check, and its scenario must be clean without it. */
export const bugs: readonly PlantedBug[] = [lateSuccessIgnored];
