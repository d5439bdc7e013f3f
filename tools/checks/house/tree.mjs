import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Every file below the root that .gitignore does not name, with its text where it is one. Works without git as well. */
export function readTree(root) {
  const ignored = readFileSync(join(root, '.gitignore'), 'utf8').split('\n').filter(Boolean);
  const isIgnored = (name) =>
    name === '.git' ||
    ignored.some((line) => (line.startsWith('*') ? name.endsWith(line.slice(1)) : name === line.replace(/\/$/, '')));
  const below = (folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => !isIgnored(entry.name))
      .flatMap((entry) => {
        const path = folder ? `${folder}/${entry.name}` : entry.name;
        return entry.isDirectory() ? below(path) : entry.isFile() ? [fileAt(root, path)] : [];
      });
  return below('');
}

function fileAt(root, path) {
  const bytes = readFileSync(join(root, path));
  return { path, size: statSync(join(root, path)).size, text: bytes.includes(0) ? '' : bytes.toString('utf8') };
}
