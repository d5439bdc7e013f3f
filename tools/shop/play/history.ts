import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';

/**
 * What one attempt of a call came to. `fail`: it certainly had no effect. `indeterminate`: it may have had one (no answer,
 * or 5xx); the call is then tried again with the same idempotency key. `outcome`: how the order of a checkout or cancel ended.
 */
export type Phase = 'invoke' | 'ok' | 'fail' | 'indeterminate' | 'outcome';

/** Writes down every call, so that somebody else can check afterwards what the shop made of it. */
export interface History {
  write(phase: Phase, facts: Readonly<Record<string, unknown>>): void;
  /** Resolves when everything written so far can be read. */
  flush(): Promise<void>;
  /** Rejects when something could not be written. */
  close(): Promise<void>;
}

export const noHistory: History = {
  write: () => undefined,
  flush: () => Promise.resolve(),
  close: () => Promise.resolve(),
};

/** Appends JSON lines `{at, run, phase, ...facts}`; `run` tells one run's lines from another's. */
export function openHistory(file: string): History {
  mkdirSync(dirname(file), { recursive: true });
  const stream = createWriteStream(file, { flags: 'a' });
  const written = finished(stream);
  written.catch(() => undefined); // told by close()
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
