import { CommanderError, type Command } from 'commander';
import { printable } from '../printable.js';

/** Runs a program. Exit codes: 0 done, 1 it failed or found something wrong, 2 wrong usage or something can't be reached. */
export async function runProgram(program: Command): Promise<void> {
  throwOnExit(program);
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else {
      const { exitCode, message } = error as { exitCode?: unknown; message?: string };
      const expected = typeof exitCode === 'number';
      console.error(printable(String(expected ? message : error instanceof Error ? error.stack : error)));
      process.exitCode = expected ? exitCode : 1;
    }
  }
}

/** Without this Commander ends the process itself, with exit code 1 for wrong usage. */
function throwOnExit(command: Command): void {
  command.exitOverride();
  command.commands.forEach((each) => throwOnExit(each));
}
