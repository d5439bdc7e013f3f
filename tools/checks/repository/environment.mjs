import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { getMetadataStorage } from 'class-validator';

/**
 * The variables of the services' config classes, with their defaults; read from the compiled classes.
 * @returns {Promise<Map<string, string | undefined>>}
 */
export async function variablesOfServices(root, services) {
  const files = services.flatMap(({ name }) => {
    const folder = join(root, 'dist/apps', name, 'src');
    return readdirSync(folder)
      .filter((file) => file.endsWith('.config.js'))
      .map((file) => join(folder, file));
  });
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

/** The names of the variables that a tool or docker-compose.yml reads; does not find computed names. */
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

/** Differences between .env.example and the code. A line `# NAME=value` shows a default, `NAME=` a variable without one. */
export function environmentProblems(example, read, defaults) {
  const documented = new Map(
    [...example.matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
  );
  return [
    ...[...read]
      .filter((name) => !documented.has(name))
      .map((name) => `.env.example: ${name} is read, but not documented`),
    ...[...documented.keys()]
      .filter((name) => !read.has(name))
      .map((name) => `.env.example: ${name} is documented, but not read`),
    ...[...defaults]
      .filter(([name, value]) => value !== undefined && documented.has(name) && documented.get(name) !== value)
      .map(([name, value]) => `.env.example: ${name} is ${documented.get(name)}, but its default is "${value}"`),
  ];
}
