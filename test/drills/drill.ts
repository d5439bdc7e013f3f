import type { DrillEnvironment } from './environment.js';
import type { RepeatedRequests } from './repeated-requests.js';

export interface Drill {
  readonly name: string;
  readonly title: string;
  /** The shop is not as before: content is not compared. */
  readonly changesContent?: true;
  /** Breaks the shop, checks that a service notices, recovers it and starts the services. Throws when something is wrong. */
  readonly run: (environment: DrillEnvironment, requests: RepeatedRequests) => Promise<DrillOutcome>;
}

export interface DrillOutcome {
  /** The text in the log of the service that refused to start, where one had to. */
  readonly noticed?: string;
  /** Messages read or published. */
  readonly messages: number;
  /** Orders that were accepted but never published: they are lost, and the command lists each of them. */
  readonly lost?: number;
}
