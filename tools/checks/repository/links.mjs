import { posix } from 'node:path';

const link = /\]\(([^)\s]+)\)/g;
const codeSpan = /`([^`\n]+)`/g;
const pathOfRepository = /^(apps|bench|deploy|docs|libs|test|tools)(\/[\w.@-]+)+\/?$/;

/** The anchor of a heading, as GitHub makes it. */
const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

const withoutCodeBlocks = (text) => text.replace(/^```[^]*?^```/gm, (block) => block.replace(/[^\n]/g, ''));

const anchorsOf = (text) =>
  new Set([...withoutCodeBlocks(text).matchAll(/^#+ +(.*)$/gm)].map(([, heading]) => anchorOf(heading)));

/**
 * Relative links and paths in Markdown files that do not exist. A path is checked where it is the whole of a code span and starts at the
 * root of the repository or beside the document.
 */
export function brokenLinks(files) {
  const texts = new Map(files.map(({ path, text }) => [path, text]));
  const folders = new Set(['.']);
  for (const { path } of files)
    for (let folder = posix.dirname(path); folder !== '.'; folder = posix.dirname(folder)) folders.add(folder);
  const exists = (path) => texts.has(path) || folders.has(path.replace(/\/$/, ''));

  return files
    .filter(({ path }) => path.endsWith('.md'))
    .flatMap(({ path, text }) => {
      const folder = posix.dirname(path);
      return withoutCodeBlocks(text)
        .split('\n')
        .flatMap((line, index) => {
          const links = [...line.matchAll(link)].map(([, target]) => target).filter((target) => !/^\w+:/.test(target));
          const paths = [...line.matchAll(codeSpan)]
            .map(([, span]) => span)
            .filter((span) => pathOfRepository.test(span));
          return [
            ...links.filter((target) => !leadsSomewhere(path, target, texts, exists)),
            ...paths.filter((target) => !exists(target) && !exists(posix.join(folder, target))),
          ].map((target) => `${path}:${index + 1} names ${target}, which does not exist`);
        });
    });
}

function leadsSomewhere(from, target, texts, exists) {
  const [file = '', anchor] = target.split('#');
  const path = file === '' ? from : posix.join(posix.dirname(from), file);
  return exists(path) && (anchor === undefined || !path.endsWith('.md') || anchorsOf(texts.get(path)).has(anchor));
}
