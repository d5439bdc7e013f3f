import { identifiersOf } from './identifiers.mjs';

/** The lower-case parts of a name: `toldLog` → told, log; `parked-lanes.ts` → parked, lanes, ts. */
export const partsOf = (name) =>
  name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\d]+/u)
    .filter(Boolean);

const isCode = (path) => /\.(ts|js|mjs|cjs)$/.test(path);
const isPublicDocument = (path) =>
  /^(README|CONTRIBUTING|CHANGELOG)\.md$|^docs\/.*\.md$|^(libs|apps)\/[^/]+\/README\.md$|^bench\/README\.md$|^(test|tools)\/(.*\/)?README\.md$/.test(
    path,
  );

/**
 * Finds old words in names of files and folders, in identifiers, and in public documents.
 * @param {{ path: string, text: string }[]} files
 * @param {{ word: string, instead: string, inDocuments?: boolean }[]} oldWords `word` may have several parts: `sayAgain`
 * @param {{ word: string, in: RegExp, reason: string }[]} allowed
 * @returns {{ path: string, line: number, name: string, word: string, instead: string }[]}
 */
export function findOldWords(files, oldWords, allowed = []) {
  const byFirstPart = groupByFirstPart(oldWords);
  const inDocuments = oldWords.filter((each) => each.inDocuments);
  const documentPattern = new RegExp(inDocuments.map(({ word }) => inText(word)).join('|'), 'giu');
  const cache = new Map();
  const inName = (name) => {
    if (!cache.has(name)) cache.set(name, oldWordOf(partsOf(name), byFirstPart));
    return cache.get(name);
  };
  const found = [];
  const reportedNames = new Set();
  for (const { path, text } of files) {
    const report = (line, name, old) => {
      if (allowed.some((each) => each.word === old.word && each.in.test(path))) return;
      found.push({ path, line, name, word: old.word, instead: old.instead });
    };
    const segments = path.split('/');
    segments.forEach((segment, index) => {
      const prefix = segments.slice(0, index + 1).join('/');
      const old = inName(segment);
      if (!old || reportedNames.has(prefix)) return;
      reportedNames.add(prefix);
      report(0, prefix, old);
    });
    if (isCode(path)) {
      for (const { name, line } of identifiersOf(text)) {
        const old = inName(name);
        if (old) report(line, name, old);
      }
    } else if (isPublicDocument(path) && inDocuments.length > 0) {
      text.split('\n').forEach((line, index) => {
        for (const [word] of line.matchAll(documentPattern))
          report(
            index + 1,
            word,
            inDocuments.find((each) => each.word.toLowerCase() === word.toLowerCase()),
          );
      });
    }
  }
  return found;
}

/** Matches a whole word; an option (`--all`) also after a backtick. */
function inText(word) {
  return word.startsWith('-') ? `${word}(?![\\p{L}\\d-])` : `(?<![\\p{L}\\d_-])${word}(?![\\p{L}\\d_-])`;
}

function oldWordOf(parts, byFirstPart) {
  for (let at = 0; at < parts.length; at++) {
    for (const old of byFirstPart.get(parts[at]) ?? [])
      if (partsOf(old.word).every((part, offset) => parts[at + offset] === part)) return old;
  }
  return undefined;
}

function groupByFirstPart(oldWords) {
  const groups = new Map();
  for (const old of oldWords.filter(({ word }) => /^[a-z]+$/i.test(word))) {
    const [first] = partsOf(old.word);
    groups.set(first, [...(groups.get(first) ?? []), old]);
  }
  return groups;
}
