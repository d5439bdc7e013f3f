import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../tools/platform/process/paths.js';
import { current, lowest, type Versions } from './packages.js';

/** A project of another team: what it installs besides the libraries, and how it compiles. */
export interface Installation {
  readonly type: 'module' | 'commonjs';
  readonly packages: Versions;
  /** Compiler options. The last ones compile what is run. */
  readonly compilers: readonly object[];
  /** The name of its program, its service and its database. */
  readonly program: string;
  readonly source: string;
}

const readme = readFileSync(join(root, 'libs/messaging/README.md'), 'utf8');
/** The packages that the README tells the reader to install; continuation lines included. */
export const named = [...readme.matchAll(/^npm install ((?:[^\n\\]|\\\n)+)$/gm)]
  .flatMap(([, args]) => args!.split(/[\s\\]+/))
  .filter((arg) => arg !== '' && !arg.startsWith('--'));

const versionsOf = (names: readonly string[], versions: Versions): Versions =>
  Object.fromEntries(names.map((name) => [name, versions[name] ?? current[name]!]));
const besides = named.filter((name) => !name.startsWith('@tradewind/'));
/** Without an HTTP server, and without a Kafka client of its own. */
const few = besides.filter((name) => name !== '@nestjs/platform-express' && name !== 'kafkajs');

const typeorm03: Versions = { typeorm: '0.3.31' };
const typescript5: Versions = { typescript: '5.9.3' };
const nest11: Versions = {
  '@nestjs/common': '11.2.10',
  '@nestjs/core': '11.2.10',
  '@nestjs/microservices': '11.2.6',
};

const nodenext = { module: 'nodenext' };
/** As projects were made before Nest 11. Reads no `exports` of a package. */
const node10 = { module: 'commonjs', moduleResolution: 'node10' };

const tickets = readFileSync(join(root, 'libs/messaging/example/tickets.ts'), 'utf8');
const programFile = (name: string): string => readFileSync(join(import.meta.dirname, `programs/${name}.ts`), 'utf8');
export const outbox = programFile('outbox');
export const transactional = programFile('transactional');

/** Nest 11 and 12, TypeORM 0.3 and 1, ES modules and CommonJS: each two of them in one installation. */
export const installations = {
  'Nest 12, TypeORM 1, ES modules': {
    type: 'module',
    packages: versionsOf(besides, current),
    compilers: [nodenext],
    program: 'tickets',
    source: tickets,
  },
  'Nest 11, TypeORM 0.3, CommonJS, the lowest versions of all peers': {
    type: 'commonjs',
    packages: {
      ...versionsOf(besides, lowest),
      '@nestjs/platform-express': lowest['@nestjs/core']!,
      ...typescript5,
    },
    compilers: [nodenext, node10],
    program: 'places',
    // CommonJS has no await at the top; the brokers have the topics of the first project already.
    source: tickets
      .replace('\nawait main();', '\nvoid main();')
      .replaceAll("'seats.", "'places.")
      .replaceAll("'tickets'", "'places'"),
  },
  'Nest 11, TypeORM 1, ES modules, an outbox only': {
    type: 'module',
    packages: { ...versionsOf(few, current), ...nest11, ...typescript5 },
    compilers: [nodenext],
    program: 'outbox',
    source: outbox,
  },
  'Nest 12, TypeORM 0.3, CommonJS, a transactional handler': {
    type: 'commonjs',
    packages: { ...versionsOf(few, current), ...typeorm03 },
    compilers: [nodenext],
    program: 'vans',
    source: transactional,
  },
} satisfies Readonly<Record<string, Installation>>;

export type InstallationName = keyof typeof installations;
