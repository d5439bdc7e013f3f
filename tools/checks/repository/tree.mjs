import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Every file of the repository that .gitignore does not exclude, also new ones, with its text (empty for binary files). Works without git
 * as well, for a downloaded archive.
 * @returns {{ path: string, size: number, text: string }[]}
 */
export function readTree(root) {
  const paths = existsSync(join(root, '.git')) ? listedByGit(root) : listedByFolder(root);
  return paths.flatMap((path) => {
    const stat = statSync(join(root, path), { throwIfNoEntry: false });
    return stat?.isFile() ? [fileAt(root, path, stat.size)] : [];
  });
}

function listedByGit(root) {
  const output = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return output.split('\0').filter(Boolean);
}

function listedByFolder(root) {
  const ignored = readFileSync(join(root, '.gitignore'), 'utf8').split('\n').filter(Boolean);
  const isIgnored = (name) =>
    ignored.some((line) => (line.startsWith('*') ? name.endsWith(line.slice(1)) : name === line.replace(/\/$/, '')));
  const below = (folder) =>
    readdirSync(join(root, folder), { withFileTypes: true })
      .filter((entry) => !isIgnored(entry.name))
      .flatMap((entry) => {
        const path = folder ? `${folder}/${entry.name}` : entry.name;
        return entry.isDirectory() ? below(path) : [path];
      });
  return below('');
}

function fileAt(root, path, size) {
  let bytes;
  try {
    bytes = readFileSync(join(root, path));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return { path, size: 0, text: '' }; // removed meanwhile
  }
  return { path, size, text: bytes.includes(0) ? '' : bytes.toString('utf8') };
}
