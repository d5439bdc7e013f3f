import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format, getFileInfo, resolveConfig } from 'prettier';
import { CommandError } from '../platform/preflight/command-error.mjs';
import { edits } from './edits.mjs';
import { render } from '../checks/repository/template-name.mjs';
import { checkName } from './names.mjs';

const folder = join(import.meta.dirname, 'template');
const suffix = '.template';

/** The files of the template, with paths from the root of the repository. */
export const templates = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith(suffix))
  .map((file) => ({ path: file.slice(0, -suffix.length), text: readFileSync(join(folder, file), 'utf8') }))
  .sort((one, other) => (one.path < other.path ? -1 : 1));

/**
 * The files that a new service adds and changes, with their text. Writes nothing. Throws a CommandError of one line if the name cannot
 * be used, a file exists, or the place of the service in a list is not found.
 * @returns {Promise<{ added: { path: string, text: string }[], changed: { path: string, text: string }[] }>}
 */
export async function plan(root, name) {
  const read = (path) => readFileSync(join(root, path), 'utf8');
  checkName(name, read, templates);
  const files = templates.map(({ path, text }) => ({ path: render(path, name), text: render(text, name) }));
  const existing = files.find(({ path }) => existsSync(join(root, path)));
  if (existing) throw new CommandError(`${existing.path} exists: nothing was written`);
  const port = nextPort(read('tools/services.ts'), read('.env.example'));
  const changed = new Map();
  for (const { path, apply } of edits)
    changed.set(path, applied(apply, path, changed.get(path) ?? read(path), name, port));
  const formatted = (all) => Promise.all(all.map(({ path, text }) => formatFile(root, path, text)));
  return {
    added: await formatted(files),
    changed: await formatted([...changed].map(([path, text]) => ({ path, text }))),
  };
}

/** Writes the files of a plan. */
export function write(root, { added, changed }) {
  for (const { path, text } of [...added, ...changed]) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function applied(apply, path, text, name, port) {
  try {
    return apply(text, name, port);
  } catch (error) {
    if (error instanceof CommandError) throw new CommandError(`${path}: ${error.message}; nothing was written`);
    throw error;
  }
}

/** The port after those of the services that nothing else has by default. */
export function nextPort(services, example) {
  const numbers = (text, pattern) => [...text.matchAll(pattern)].map(([, number]) => Number(number));
  const ports = numbers(services, /^ *port: (\d+)/gm);
  const taken = new Set([...ports, ...numbers(example, /^# \w+_PORT=(\d+)$/gm)]);
  let port = Math.max(...ports) + 1;
  while (taken.has(port)) port++;
  return String(port);
}

async function formatFile(root, path, text) {
  const filepath = join(root, path);
  const { ignored, inferredParser } = await getFileInfo(filepath, { ignorePath: join(root, '.prettierignore') });
  if (ignored || inferredParser === null) return { path, text };
  return { path, text: await format(text, { ...(await resolveConfig(filepath)), filepath }) };
}
