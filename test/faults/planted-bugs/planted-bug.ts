import type { Section } from '../../../tools/audit/index.js';
import type { Scale } from '../../../tools/platform/shop/processes.js';
import type { DatabaseService } from '../../../tools/services.js';
import type { Patch, Replacement } from '../injection/patch.js';
import type { BugContext } from './bug-context.js';

/** What finds a bug: an invariant of the audit, or an assertion of the services. */
export type Check = Section['id'] | 'OffsetRegression';

/** Makes a bug visible. Without the bug, the same steps leave a correct shop. */
export interface Scenario {
  readonly scale?: Scale;
  /** Puts a proxy between the services and Kafka. */
  readonly network?: boolean;
  /** Other settings than the shop's own, with the bug and without: shorter timeouts. */
  readonly settings?: readonly Replacement[];
  /** Throws when it cannot bring the shop into the state in which the bug shows. */
  run(context: BugContext): Promise<void>;
}

/** A bug as a patch of compiled files, a scenario in which it does harm, and the check that must find it. */
export interface PlantedBug extends Patch {
  readonly service: DatabaseService;
  readonly foundBy: Check;
  readonly scenario: Scenario;
}
