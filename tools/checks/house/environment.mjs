import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { getMetadataStorage } from 'class-validator';

/**
 * The variables that the services' config classes have rules for, with their defaults; a class says them better than its text.
 * @returns {Promise<Map<string, string | undefined>>}
 */
export async function variablesOfServices(root) {
  const apps = join(root, 'dist/apps');
  const files = readdirSync(apps, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      readdirSync(join(apps, name, 'src'))
        .filter((file) => file.endsWith('.config.js'))
        .map((file) => join(apps, name, 'src', file)),
    );
  const found = new Map();
  for (const file of files) {
    for (const cls of Object.values(await import(pathToFileURL(file).href)).filter(isClass)) {
      const defaults = new cls();
      for (const { propertyName } of getMetadataStorage().getTargetValidationMetadatas(cls, '', false, false))
        found.set(propertyName, defaults[propertyName]?.toString());
    }
  }
  return found;
}

const isClass = (value) => typeof value === 'function' && /^class\b/.test(value.toString());

const reads = [
  /\benv(?:ironment)?\??\.([A-Z][A-Z0-9_]+)/g,
  /\benv(?:ironment)?\??\.?\['([A-Z][A-Z0-9_]+)'\]/g,
  /\benvironment, '([A-Z][A-Z0-9_]+)'/g,
  /\.env\('([A-Z][A-Z0-9_]+)'\)/g,
];

/** The variables that a tool or docker-compose.yml reads, by name; computed names are the caller's business. */
export function variablesInText(files) {
  const names = new Set();
  const add = (text, pattern) => {
    for (const [, name] of text.matchAll(pattern)) names.add(name);
  };
  for (const { path, text } of files) {
    if (path === 'docker-compose.yml') add(text, /\$\{([A-Z][A-Z0-9_]+)/g);
    if (!/^tools\/.*\.(ts|mjs)$/.test(path) || /\.spec\.|^tools\/checks\//.test(path)) continue;
    for (const pattern of reads) add(text, pattern);
    for (const [, inside] of text.matchAll(/\{([^{}]*)\} = (?:process\.)?env\b/g))
      add(inside, /\b([A-Z][A-Z0-9_]+)\b/g);
  }
  return names;
}

/** What .env.example and the readers say differently. A line `# NAME=value` shows a default, `NAME=` what has to be filled in. */
export function environmentDrift(example, read, defaults) {
  const told = new Map(
    [...example.matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  return [
    ...[...read]
      .filter((name) => !told.has(name))
      .map((name) => `.env.example does not tell of ${name}, which is read`),
    ...[...told.keys()]
      .filter((name) => !read.has(name))
      .map((name) => `.env.example tells of ${name}, which nobody reads`),
    ...[...defaults]
      .filter(([name, value]) => value !== undefined && told.has(name) && told.get(name) !== value)
      .map(([name, value]) => `.env.example says ${name}=${told.get(name)}, and its default is "${value}"`),
  ];
}
