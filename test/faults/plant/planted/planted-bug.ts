import type { Section } from '../../../../tools/ops/main.js';
import type { DatabaseService, Scale } from '../../../../tools/platform/shop/processes.js';
import type { Alteration, Change } from '../alteration.js';
import type { Scene } from './scene.js';

/** Who finds a bug: an invariant of the audit, or an assertion that the services make. */
export type Check = Section['id'] | 'OffsetRegression';

/** What is done to a shop so that a bug shows, and only a bug. */
export interface Scenario {
  readonly scale?: Scale;
  /** With a proxy between the services and Kafka. */
  readonly network?: boolean;
  /** Other numbers than the shop's own, with and without the bug: a deadline that nobody has time to wait for. */
  readonly settings?: readonly Change[];
  /** Throws where what it provokes did not come about: then nothing is proven. */
  act(scene: Scene): Promise<void>;
}

/** A mistake that somebody could make, the circumstances in which it does harm, and the check that must find it. */
export interface PlantedBug extends Alteration {
  readonly service: DatabaseService;
  readonly foundBy: Check;
  readonly scenario: Scenario;
}
