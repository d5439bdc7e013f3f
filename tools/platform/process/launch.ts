import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { removePidFile, writePidFile } from './pid-file.js';

export interface Launch {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Another account to run as; only root may ask for it. */
  readonly account?: { readonly uid: number; readonly gid: number } | undefined;
  /** Standard output and errors are appended here. */
  readonly log: string;
  readonly pidFile: string;
}

export interface Running {
  readonly name: string;
  readonly pid: number;
  /** Resolves when the process has ended, however it ended. */
  readonly exited: Promise<Exit>;
  /** The exit, once there is one. */
  ended(): Exit | undefined;
  signal(signal: NodeJS.Signals): void;
  /** Sends each signal in turn, waits its time, and SIGKILL at last. What was paused is woken, or it would not hear. */
  stop(...tries: readonly (readonly [signal: NodeJS.Signals, withinMs: number])[]): Promise<Exit>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/**
 * Starts a process in a group of its own, so that Ctrl-C in the terminal reaches only the one who decides in which
 * order things stop, and leaves a pid file, so that the next start finds it if that one is killed.
 */
export async function launch(what: Launch): Promise<Running> {
  mkdirSync(dirname(what.log), { recursive: true });
  const log = openSync(what.log, 'a');
  const child = spawn(what.command, [...what.args], {
    ...(what.env && { env: what.env }),
    ...(what.cwd && { cwd: what.cwd }),
    ...what.account,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let exit: Exit | undefined;
  const exited = new Promise<Exit>((resolve) => {
    child.once('exit', (code, signal) => {
      exit = { code, signal };
      removePidFile(what.pidFile);
      resolve(exit);
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new Error(`${what.name} does not start: ${error.message}`)));
  });
  const pid = child.pid;
  if (pid === undefined) throw new Error(`${what.name} does not start: it has no process id`);
  if (!exit) writePidFile(what.pidFile, pid);
  return {
    name: what.name,
    pid,
    exited,
    ended: () => exit,
    signal: (signal) => void child.kill(signal),
    async stop(...tries) {
      for (const [signal, within] of tries) {
        if (exit) break;
        child.kill(signal);
        child.kill('SIGCONT');
        await endsWithin(exited, within);
      }
      if (!exit) child.kill('SIGKILL');
      return exited;
    },
  };
}

/** Whether the process ended within the time; leaves no timer behind. */
export async function endsWithin(exited: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const result = await Promise.race([exited.then(() => true), late]);
  clearTimeout(timer);
  return result;
}

/** The end of a log, for an error that has to say why. */
export function lastLines(log: string, count = 15): string {
  if (!existsSync(log)) return '(no log)';
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  return lines
    .slice(-count)
    .map((line) => `  | ${line.slice(0, 400)}`)
    .join('\n');
}
