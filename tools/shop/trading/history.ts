import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';

/**
 * The result of one attempt of a call. `fail`: it had no effect. `indeterminate`: it may have had one (no answer, or 5xx); the call is
 * repeated with the same idempotency key. `outcome`: the result of the order of a checkout or cancellation.
 */
export type Phase = 'invoke' | 'ok' | 'fail' | 'indeterminate' | 'outcome';

/** Records every call, so that the audit can compare it with the shop's data. */
export interface History {
  write(phase: Phase, facts: Readonly<Record<string, unknown>>): void;
  /** Resolves when everything written before can be read from the file. */
  flush(): Promise<void>;
  /** Rejects when a write has failed. */
  close(): Promise<void>;
}

export const noHistory: History = {
  write: () => undefined,
  flush: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

/** Appends JSON lines `{at, run, phase, ...facts}`; `run` identifies the run. */
export function openHistory(file: string): History {
  mkdirSync(dirname(file), { recursive: true });
  const stream = createWriteStream(file, { flags: 'a' });
  const written = finished(stream);
  written.catch(() => undefined); // close() rejects with the error
  const run = randomBytes(4).toString('hex');
  return {
    write: (phase, facts) =>
      void stream.write(`${JSON.stringify({ at: new Date().toISOString(), run, phase, ...facts })}\n`),
    flush: () => new Promise((resolve, reject) => stream.write('', (error) => (error ? reject(error) : resolve()))),
    close: () => {
      stream.end();
      return written;
    },
  };
}
