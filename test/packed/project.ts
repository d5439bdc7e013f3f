import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { manifest, type Packed, type Versions } from './packages.js';

const run = promisify(execFile);

type Environment = Readonly<Record<string, string>>;

/** A project of another team, in a folder of its own outside the repository. */
export class Project {
  constructor(
    readonly folder: string,
    private readonly type: 'module' | 'commonjs',
  ) {
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'service', private: true, type }));
  }

  /** Rejects where a peer dependency is missing or has another version than a package allows. */
  async install(packed: readonly Packed[], packages: Versions): Promise<void> {
    const flags = ['--strict-peer-deps', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
    const others = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
    await run('npm', ['install', ...flags, ...packed.map(({ file }) => `file:${file}`), ...others], {
      cwd: this.folder,
    });
  }

  /** Every path of these packages that a program can import. */
  pathsOf(packed: readonly Packed[]): string[] {
    return packed.flatMap(({ name }) =>
      Object.keys(manifest(join(this.folder, 'node_modules', name)).exports).map((path) => name + path.slice(1)),
    );
  }

  /** Checks the types of these programs, and of all packages, and writes them into `out`. Resolves with the errors. */
  async compile(programs: Readonly<Record<string, string>>, options: object): Promise<string> {
    for (const [name, source] of Object.entries(programs)) writeFileSync(join(this.folder, `${name}.ts`), source);
    const compilerOptions = {
      strict: true,
      target: 'es2023',
      declaration: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      types: ['node'],
      outDir: 'out',
      ...options,
    };
    writeFileSync(join(this.folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    const output = ({ stdout }: { readonly stdout: string }): string => stdout;
    return this.node(['node_modules/typescript/bin/tsc']).then(output, output);
  }

  node(args: readonly string[], environment: Environment = {}): Promise<{ readonly stdout: string }> {
    return run(process.execPath, args, { cwd: this.folder, env: { ...process.env, ...environment } });
  }

  /** Starts a compiled program, and kills it when it has printed this line. */
  async killAt(line: string, program: string, environment: Environment): Promise<void> {
    const env = { ...process.env, ...environment };
    const child = spawn(process.execPath, [`out/${program}.js`], { cwd: this.folder, env });
    const exited = once(child, 'exit');
    createInterface(child.stdout).on('line', (printed) => {
      if (printed === line) child.kill('SIGKILL');
    });
    const [, signal] = (await exited) as [number | null, string | null];
    if (signal !== 'SIGKILL') throw new Error(`${program} ended before it printed ${line}`);
  }
}
