import {
  Aborted,
  backOff,
  KafkaAccessRefused,
  OffsetMismatch,
  TopicMismatch,
  unlessAborted,
  type Log,
  type RuntimePorts,
} from '../ports/index.js';

export interface UntilAvailableOptions {
  readonly ports: RuntimePorts;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** What waits, for the log: `the start of the consumers`. */
  readonly what: string;
  readonly onWaiting?: (error: unknown) => void;
}

/** Retries while the broker or the database is unavailable, until the signal is aborted. A mismatch is final, and so is a broker that refuses this process. */
export async function untilAvailable(
  { ports, log, signal, what, onWaiting }: UntilAvailableOptions,
  attempt: () => Promise<void>,
): Promise<void> {
  for (let attempts = 0; !signal.aborted; attempts++) {
    try {
      return await unlessAborted(signal, attempt());
    } catch (error) {
      if (error instanceof Aborted) return;
      if (isFinal(error)) throw error;
      onWaiting?.(error);
      log('warn', `${what} waits`, { error: String(error) });
      await ports.timers.wait(backOff(ports, attempts, 200, 3_000), signal);
    }
  }
}

const isFinal = (error: unknown): boolean =>
  error instanceof TopicMismatch || error instanceof OffsetMismatch || error instanceof KafkaAccessRefused;
