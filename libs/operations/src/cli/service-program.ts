import { spawn } from 'node:child_process';
import { OperatorError } from '../databases/errors.js';
import { progress } from './command.js';

/** A service's program for operations, and how it is started. */
export interface ServiceProgram {
  /** The JavaScript file. */
  readonly file: string;
  readonly args?: readonly string[];
  /** Added to the environment of this process. */
  readonly env: Readonly<Record<string, string>>;
  /** The message if it fails; the program itself has printed the reason. */
  readonly failure: string;
}

/**
 * Runs a program of a service, and resolves with its stdout; its stderr is printed as progress. Ctrl-C is left to the program: it ends in
 * order, and then this one does. Rejects with OperatorError if it fails.
 */
export async function runServiceProgram({ file, args = [], env, failure }: ServiceProgram): Promise<string> {
  const ignore = (): void => undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, ignore);
  const child = spawn(process.execPath, ['--enable-source-maps', file, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  let unfinished = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    const lines = (unfinished + chunk.toString()).split('\n');
    unfinished = lines.pop() ?? '';
    lines.forEach((line) => progress(line));
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once('error', reject).once('close', resolve),
    );
    if (unfinished) progress(unfinished);
    if (code !== 0) throw new OperatorError(`${failure}${output.trim() && `: ${output.trim().slice(-1_000)}`}`);
    return output;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, ignore);
  }
}

/** The result that `operate` printed in the program of a service. Throws OperatorError if the output is none. */
export function resultOf<T>(output: string, program: string): T {
  if (output.trim() === '')
    throw new OperatorError(`the program ${program} printed no result: does it call operate()?`);
  try {
    return JSON.parse(output) as T;
  } catch (cause) {
    throw new OperatorError(
      `the program ${program} printed something else than the result of operate(): ${output.trim().slice(0, 200)}`,
      { cause },
    );
  }
}
