import { allowedWords, oldWords } from './words/old-words.mjs';
import { findOldWords } from './words/find-old-words.mjs';
import { readTree } from './repository/tree.mjs';
import { root } from './run-checks.mjs';

/*
 * Fails when an old word is used again (words/old-words.mjs).
 *   node tools/checks/words.mjs              the whole repository; prints the first problems
 *   node tools/checks/words.mjs FOLDER ...   all problems below these folders
 */
const shownProblems = 50;
const folders = process.argv.slice(2);
const isBelow = (path) =>
  folders.length === 0 || folders.some((folder) => `${path}/`.startsWith(`${folder.replace(/\/$/, '')}/`));

const problems = findOldWords(
  readTree(root).filter(({ path }) => isBelow(path)),
  oldWords,
  allowedWords,
);
if (problems.length > 0) {
  const shown = folders.length > 0 ? problems : problems.slice(0, shownProblems);
  for (const { path, line, name, word, instead } of shown)
    process.stdout.write(`${path}${line > 0 ? `:${line}` : ''} "${name}" has the old word "${word}": use ${instead}\n`);
  if (shown.length < problems.length)
    process.stdout.write(
      `... and ${problems.length - shown.length} more; "node tools/checks/words.mjs FOLDER" prints all of a folder\n`,
    );
  const counts = new Map();
  for (const { path } of problems) {
    const folder = path.split('/').slice(0, 2).join('/');
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  for (const [folder, count] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
    process.stdout.write(`${String(count).padStart(6)}  ${folder}\n`);
  process.exitCode = 1;
}
