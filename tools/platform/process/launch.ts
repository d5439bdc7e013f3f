import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { removePidFile, writePidFile } from './pid-file.js';

export interface LaunchOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Another account to run as; only root may use it. */
  readonly account?: { readonly uid: number; readonly gid: number } | undefined;
  /** Standard output and errors are appended here. */
  readonly logFile: string;
  readonly pidFile: string;
  /** Whether it is a program of Node that sends its parent process a message when it serves. */
  readonly reportsServing?: boolean;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the process has ended, for any reason. */
  readonly exited: Promise<Exit>;
  /** The exit, after the process has ended. */
  ended(): Exit | undefined;
  /** Whether it has reported that it serves. */
  served(): boolean;
  signal(signal: NodeJS.Signals): void;
  /** Sends each signal in turn and waits its time, then sends SIGKILL. A paused process is resumed first: it cannot handle a signal. */
  stop(...steps: readonly (readonly [signal: NodeJS.Signals, timeoutMs: number])[]): Promise<Exit>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Starts a process in its own process group: Ctrl-C in the terminal then reaches only the supervisor, which decides the order of
 * the stop. Writes a pid file, so that the next start finds the process if the supervisor was killed.
 */
export async function launch(options: LaunchOptions): Promise<RunningProcess> {
  mkdirSync(dirname(options.logFile), { recursive: true });
  const log = openSync(options.logFile, 'a');
  const child = spawn(options.command, [...options.args], {
    ...(options.env && { env: options.env }),
    ...(options.cwd && { cwd: options.cwd }),
    ...options.account,
    detached: true,
    stdio: ['ignore', log, log, ...(options.reportsServing ? (['ipc'] as const) : [])],
  });
  closeSync(log);
  let exit: Exit | undefined;
  let served = false;
  child.once('message', () => (served = true));
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      exit = { code, signal };
      removePidFile(options.pidFile);
      resolve(exit);
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new Error(`${options.name} does not start: ${error.message}`)));
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${options.name} does not start: it has no process id`);
  if (!exit) writePidFile(options.pidFile, pid);
  return {
    name: options.name,
    pid,
    exited,
    ended: () => exit,
    served: () => served,
    signal: (signal) => void child.kill(signal),
    async stop(...steps) {
      for (const [signal, timeoutMs] of steps) {
        if (exit) break;
        child.kill(signal);
        child.kill('SIGCONT');
        await endsWithin(exited, timeoutMs);
      }
      if (!exit) child.kill('SIGKILL');
      return exited;
    },
  };
}

/** Whether the process ends within the time. Clears its timer. */
export async function endsWithin(exited: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), timeoutMs);
  });
  const result = await Promise.race([exited.then(() => true), late]);
  clearTimeout(timer);
  return result;
}

/** The last lines of a log file, for an error message. */
export function lastLines(logFile: string, count = 15): string {
  if (!existsSync(logFile)) return '(no log)';
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n');
  return lines
    .slice(-count)
    .map((line) => `  | ${line.slice(0, 400)}`)
    .join('\n');
}
