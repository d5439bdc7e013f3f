import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, posix } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { root } from '../../tools/platform/process/paths.js';

/* What would be published: "npm publish --dry-run" of every package that is not private, without network. Needs the compiled files. */

type Exports = Readonly<Record<string, string | Readonly<Record<string, string>>>>;
type Versions = Readonly<Record<string, string>>;
interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly private?: true;
  readonly description: string;
  readonly keywords: readonly string[];
  readonly license: string;
  readonly repository: { readonly type: string; readonly url: string; readonly directory?: string };
  readonly engines: { readonly node: string };
  readonly exports: Exports;
  readonly main: string;
  readonly types: string;
  readonly typesVersions?: { readonly '*': Readonly<Record<string, readonly string[]>> };
  readonly bin?: Versions;
  readonly dependencies?: Versions;
  readonly peerDependencies?: Versions;
}

const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');
const manifestOf = (folder: string): Manifest => JSON.parse(read(folder, 'package.json')) as Manifest;

const project = manifestOf('.');
const libraries = readdirSync(join(root, 'libs')).map((name) => ({ name, folder: `libs/${name}` }));
const published = libraries
  .map(({ name, folder }) => ({ name, folder, manifest: manifestOf(folder) }))
  .filter((library) => library.manifest.private !== true);

it('the packages of other teams are published, those of the shop are not', () =>
  expect(published.map(({ name }) => name)).toEqual([
    'console',
    'kernel',
    'messaging',
    'operations',
    'saga',
    'simulation',
    'testing',
  ]));

let packs: Readonly<Record<string, { readonly files: readonly { readonly path: string }[] }>>;
beforeAll(() => {
  const output = execFileSync('npm', ['publish', '--dry-run', '--offline', '--json', '--workspaces'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  packs = JSON.parse(output.toString()) as typeof packs;
});

describe.each(published)('the published package $name', ({ folder, manifest }) => {
  let files: readonly string[];
  beforeAll(() => {
    files = packs[manifest.name]!.files.map(({ path }) => path);
  });

  const textOf = (path: string): string => read(folder, path);
  /** Without what an earlier build left behind: a release is built in a fresh clone. */
  const compiled = (): readonly string[] =>
    files
      .filter((file) => /\.(js|d\.ts)$/.test(file))
      .filter((file) => existsSync(join(root, folder, file.replace(/^dist\/(.*)\.(js|d\.ts)$/, 'src/$1.ts'))));

  it('contains its compiled files, its README and its licence, and nothing else', () => {
    expect(files).toEqual(expect.arrayContaining(['package.json', 'README.md', 'LICENSE']));
    expect(
      files.filter((file) => !/^(package\.json|README\.md|LICENSE|dist\/.+\.(js|js\.map|d\.ts))$/.test(file)),
    ).toEqual([]);
    expect(files.filter((file) => /\.(spec|fixture)\./.test(file))).toEqual([]);
    expect(textOf('LICENSE')).toBe(read('LICENSE'));
  });

  it('contains every file that it exports or runs', () => {
    const targets = [
      ...Object.values(manifest.exports).flatMap((target) =>
        typeof target === 'string' ? [target] : Object.values(target),
      ),
      ...Object.values(manifest.bin ?? {}),
    ];
    expect(files).toEqual(expect.arrayContaining(targets.map((target) => posix.normalize(target))));
  });

  it('is found by compilers that do not read its exports', () => {
    const { '.': index, ...others } = manifest.exports as Readonly<Record<string, Readonly<Record<string, string>>>>;
    expect([manifest.main, manifest.types]).toEqual([index!['default'], index!['types']]);
    expect(manifest.typesVersions?.['*'] ?? {}).toEqual(
      Object.fromEntries(
        Object.entries(others).map(([path, { types = '' }]) => [path.slice('./'.length), [posix.normalize(types)]]),
      ),
    );
  });

  it('allows the versions of its peers that @tradewind/messaging allows', () => {
    const { peerDependencies: allowed = {} } = manifestOf('libs/messaging');
    const peers = Object.entries(manifest.peerDependencies ?? {}).filter(([name]) => name in allowed);
    expect(Object.fromEntries(peers)).toEqual(Object.fromEntries(peers.map(([name]) => [name, allowed[name]])));
  });

  it('has no source map that needs a file outside the package', () => {
    const named = compiled().flatMap((file) =>
      [...textOf(file).matchAll(/^\/\/# sourceMappingURL=(.*)$/gm)].map(([, map = '']) =>
        posix.join(posix.dirname(file), map),
      ),
    );
    expect(named.filter((map) => !files.includes(map))).toEqual([]);
    const incomplete = named.filter((file) => {
      const { sources, sourcesContent } = JSON.parse(textOf(file)) as {
        sources: string[];
        sourcesContent?: string[];
      };
      return sources.length !== sourcesContent?.length;
    });
    expect(incomplete).toEqual([]);
  });

  it('declares every package that it imports, in the version that is published with it', () => {
    const declared: Versions = { ...manifest.dependencies, ...manifest.peerDependencies };
    const imported = compiled()
      .flatMap((file) =>
        [...textOf(file).matchAll(/(?:\bfrom |^import |\bimport\()["'](@?[a-z][\w./-]*)["']/gm)].map(
          ([, id = '']) => id,
        ),
      )
      .filter((id) => !isBuiltin(id))
      .map((id) => /^(@[^/]+\/)?[^/]+/.exec(id)![0]);
    expect([...new Set(imported)].filter((id) => declared[id] === undefined)).toEqual([]);
    const ours = Object.entries(declared).filter(([name]) => name.startsWith('@tradewind/'));
    expect(Object.fromEntries(ours)).toEqual(
      Object.fromEntries(
        published
          .filter(({ manifest: { name } }) => declared[name] !== undefined)
          .map(({ manifest: { name, version } }) => [name, version]),
      ),
    );
  });

  it('says what it is, under which licence, for which Node, and where its sources are', () => {
    expect(manifest).toMatchObject({
      license: project.license,
      engines: project.engines,
      repository: { ...project.repository, directory: folder },
      publishConfig: { access: 'public' },
      type: 'module',
    });
    expect(manifest.description.length).toBeGreaterThan(20);
    expect(manifest.keywords.length).toBeGreaterThan(2);
  });

  it('has a README that names it, shows code and leads to the guides', () => {
    const readme = textOf('README.md');
    expect(readme).toMatch(new RegExp(`^# ${manifest.name}\n`));
    expect(readme).toMatch(/^```ts\n/m);
    expect(readme).toContain('docs/guides/');
  });
});
