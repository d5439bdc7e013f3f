import { uncompiledBlocks } from './code-blocks.mjs';
import { brokenLinks } from './links.mjs';

/*
 * Rules about files. Each takes the tree (see tree.mjs) and returns one sentence for each problem.
 */

const isCode = ({ path }) => /\.(ts|mjs|js)$/.test(path);
const lines = ({ text }) => text.split('\n').length - 1;

export const longFiles = (files) =>
  files
    .filter((file) => isCode(file) && lines(file) > 400)
    .map((file) => `${file.path} has ${lines(file)} lines; split it by concept into files of at most 300 lines`);

/** Not an error yet, but the next change should split them. */
export const filesOver300Lines = (files) =>
  files
    .filter((file) => isCode(file) && lines(file) > 300 && lines(file) <= 400)
    .map((file) => `${file.path} has ${lines(file)} lines`);

const meaninglessParts = new Set(['common', 'shared', 'helper', 'helpers', 'util', 'utils', 'manager', 'base']);

export const emptyNames = (files) =>
  files.flatMap(({ path }) => {
    const part = path.split(/[/.-]/).find((each) => meaninglessParts.has(each.toLowerCase()));
    return part === undefined ? [] : [`${path}: "${part}" does not describe its content`];
  });

export const codeNames = (files) =>
  files
    .filter(isCode)
    .filter(({ path }) => !/^[a-z0-9.-]+$/.test(path.split('/').at(-1)))
    .map(({ path }) => `${path}: a file's name is kebab-case with its role as suffix (take-payment.handler.ts)`);

export function crowdedRoot(files) {
  const visible = [...new Set(files.map(({ path }) => path.split('/')[0]))].filter((name) => !name.startsWith('.'));
  return visible.length > 20
    ? [`the root has ${visible.length} visible entries, at most 20 are allowed: ${visible.join(', ')}`]
    : [];
}

export const largeFiles = (files) =>
  files
    .filter(({ size }) => size > 1_000_000)
    .map(({ path, size }) => `${path} has ${(size / 1e6).toFixed(1)} MB, at most 1 MB is allowed`);

/** Paths and hosts that exist on one machine or in one network only. */
const localNames = [
  /(?<![\w.~$}-])\/(work|root|home)\//,
  /\bregistry\.[a-z0-9-]+\.[a-z]+/,
  /\brepo1?\.maven\.[a-z]+/,
  /\b(art[i]factory|nex[u]s|verdacc[i]o)\b/i,
  /\.\.\/shared\//,
];

export const localPaths = (files) =>
  files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const found = localNames.map((pattern) => pattern.exec(line)?.[0]).find(Boolean);
      return found ? [`${path}:${index + 1} contains "${found}", which exists on one machine only`] : [];
    }),
  );

export const lockedHosts = (files) =>
  files
    .filter(({ path }) => path === 'package-lock.json')
    .flatMap(({ path, text }) =>
      /"resolved": "https?:/.test(text)
        ? [`${path} contains addresses of a registry; .npmrc omits them, so run "npm install --package-lock-only"`]
        : [],
    );

export const disabledRules = (files) =>
  files
    .filter(isCode)
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, index) =>
          /(\/\/|\/\*) *(eslint-disable|@ts-(ignore|expect-error|nocheck))/.test(line) &&
          !/ -- \w|@ts-expect-error \w/.test(line)
            ? [`${path}:${index + 1} disables a rule without a reason (" -- reason")`]
            : [],
        ),
    );

const sql = /[`'"]\s*(select|insert into|update \w+ set|delete from)\s/;

/** Every line of SQL of the messaging library is in its PostgreSQL adapter. */
export const sqlOutsideAdapter = (files) =>
  files
    .filter(({ path }) => /^libs\/messaging\/src\/(?!adapters\/postgres\/).*(?<!\.spec)\.ts$/.test(path))
    .flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, index) =>
          sql.test(line) ? [`${path}:${index + 1} contains SQL: move it to libs/messaging/src/adapters/postgres`] : [],
        ),
    );

export const rules = [
  longFiles,
  emptyNames,
  codeNames,
  crowdedRoot,
  largeFiles,
  localPaths,
  lockedHosts,
  disabledRules,
  sqlOutsideAdapter,
  brokenLinks,
  uncompiledBlocks,
];
