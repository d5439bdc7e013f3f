import type { ProcessCore } from '../process/process-core.js';

/** A session as the database server knows it. */
export interface ServerSession {
  readonly process: ProcessCore;
  terminate(error: Error): void;
  /** Sends a notification to the process. */
  notify(call: () => void): void;
}
