import { readFileSync } from 'node:fs';

type Environment = Readonly<Record<string, string | undefined>>;

/** A `…_FILE` names a file that can't be read. */
export class SettingFileUnreadable extends Error {
  override readonly name = 'SettingFileUnreadable';
  /** Of the programs that print the message. */
  readonly exitCode = 2;
}

/** The environment with these settings read from the files that `<NAME>_FILE` names, where it is set: secrets of containers. */
export const withSettingFiles = (env: Environment, names: readonly string[]): Environment => ({
  ...env,
  ...Object.fromEntries(
    names.flatMap((name) => {
      const file = env[`${name}_FILE`];
      return file ? [[name, contentOf(`${name}_FILE`, file)]] : [];
    }),
  ),
});

function contentOf(setting: string, file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new SettingFileUnreadable(`${setting} names a file that can’t be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
