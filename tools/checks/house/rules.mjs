/*
 * The rules of the house about files. Each takes the tree (see tree.mjs) and gives the sentences that say what is wrong.
 */

const isCode = ({ path }) => /\.(ts|mjs|js)$/.test(path);
const lines = ({ text }) => text.split('\n').length - 1;

export const longFiles = (files) =>
  files
    .filter((file) => isCode(file) && lines(file) > 400)
    .map((file) => `${file.path} has ${lines(file)} lines; split it by concept, 300 is the most a file should have`);

/** No fault yet, but the next change should split them. */
export const growingFiles = (files) =>
  files
    .filter((file) => isCode(file) && lines(file) > 300 && lines(file) <= 400)
    .map((file) => `${file.path} has ${lines(file)} lines`);

const namesNothing = new Set(['common', 'shared', 'helper', 'helpers', 'util', 'utils', 'manager', 'base']);

export const emptyNames = (files) =>
  files.flatMap(({ path }) => {
    const words = path.split(/[/.-]/).filter((word) => namesNothing.has(word.toLowerCase()));
    return words.length > 0 ? [`${path}: "${words[0]}" says nothing about what is in it`] : [];
  });

export const codeNames = (files) =>
  files
    .filter(isCode)
    .filter(({ path }) => !/^[a-z0-9.-]+$/.test(path.split('/').at(-1)))
    .map(({ path }) => `${path}: a file's name is kebab-case with its role as suffix (take-payment.handler.ts)`);

export function crowdedRoot(files) {
  const visible = [...new Set(files.map(({ path }) => path.split('/')[0]))].filter((name) => !name.startsWith('.'));
  return visible.length > 20
    ? [`the root has ${visible.length} visible entries, and 20 are the most: ${visible.join(', ')}`]
    : [];
}

export const largeFiles = (files) =>
  files
    .filter(({ size }) => size > 1_000_000)
    .map(({ path, size }) => `${path} has ${(size / 1e6).toFixed(1)} MB; 1 MB is the most`);

/** Paths of one person's machine, and the hosts of registries: what works here only. */
const machine = [
  /(?<![\w.~$}-])\/(work|root|home)\//,
  /\bregistry\.[a-z0-9-]+\.[a-z]+/,
  /\brepo1?\.maven\.[a-z]+/,
  /\b(art[i]factory|nex[u]s|verdacc[i]o)\b/i,
  /\.\.\/shared\//,
];

export const machineWords = (files) =>
  files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const found = machine.map((pattern) => pattern.exec(line)?.[0]).find(Boolean);
      return found ? [`${path}:${index + 1} names "${found}", which is a matter of one machine`] : [];
    }),
  );

export const lockedHosts = (files) =>
  files
    .filter(({ path }) => path === 'package-lock.json')
    .flatMap(({ path, text }) =>
      /"resolved": "https?:/.test(text)
        ? [
            `${path} names the registry it was made with; .npmrc says omit-lockfile-registry-resolved, so run "npm install --package-lock-only"`,
          ]
        : [],
    );

export const silencedRules = (files) =>
  files
    .filter(isCode)
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, index) =>
          /(\/\/|\/\*) *(eslint-disable|@ts-(ignore|expect-error|nocheck))/.test(line) &&
          !/ -- \w|@ts-expect-error \w/.test(line)
            ? [`${path}:${index + 1} silences a rule without saying why (" -- because")`]
            : [],
        ),
    );

export const rules = [
  longFiles,
  emptyNames,
  codeNames,
  crowdedRoot,
  largeFiles,
  machineWords,
  lockedHosts,
  silencedRules,
];
