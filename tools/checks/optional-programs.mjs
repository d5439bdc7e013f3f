import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that some tests need and that are not installed with the project. Each test is left out where its program is missing. */
export const optionalPrograms = [
  {
    name: 'schemathesis',
    setting: 'SCHEMATHESIS',
    file: '*.schemathesis.e2e.spec.ts',
    /** The path of the program: that of the setting, or the first in PATH; undefined where there is none. */
    path: (env = process.env) => env.SCHEMATHESIS || inPath('schemathesis', env.PATH),
  },
  {
    name: 'PostgreSQL 15 (as installed by Debian)',
    setting: 'POSTGRESQL_15_BIN',
    file: '*.postgresql15.int.spec.ts',
    path: (env = process.env) => env.POSTGRESQL_15_BIN || existing('/usr/lib/postgresql/15/bin'),
  },
  {
    name: 'a container engine with the image tradewind (docker compose build)',
    setting: 'TRADEWIND_IMAGE',
    file: '*.engine.e2e.spec.ts',
    /** The name of the image. */
    path: (env = process.env) => env.TRADEWIND_IMAGE || (hasImage('tradewind', env) ? 'tradewind' : undefined),
  },
  {
    name: 'the package cloudevents of Python',
    setting: 'CLOUDEVENTS_PYTHON',
    file: '*.cloudevents.long.e2e.spec.ts',
    /** A Python that has it: the standard one may have no packages at all. */
    path: (env = process.env) => env.CLOUDEVENTS_PYTHON || undefined,
  },
  {
    name: 'promtool',
    setting: 'PROMTOOL',
    file: '*.promtool.int.spec.ts',
    path: (env = process.env) => env.PROMTOOL || inPath('promtool', env.PATH),
  },
];

export const [schemathesis, postgresql15, containerImage, cloudeventsPython, promtool] = optionalPrograms;

const hasImage = (name, env) =>
  spawnSync('docker', ['image', 'inspect', name], { env, stdio: 'ignore', timeout: 5_000 }).status === 0;

const existing = (folder) => (existsSync(join(folder, 'postgres')) ? folder : undefined);

function inPath(name, path = '') {
  return path
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** A line for each program that tests of this suffix need and that is missing: `.e2e.spec.ts`. */
export const missingPrograms = (suffix, env = process.env) =>
  optionalPrograms
    .filter(({ file, path }) => file.endsWith(suffix) && !path(env))
    .map(({ name, setting, file }) => `${file} is left out: ${name} is not installed, and ${setting} is not set`);
