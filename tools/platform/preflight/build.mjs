import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { withProgress } from './progress.mjs';
import { CommandError } from './command-error.mjs';
import { run } from './run.mjs';

/** Compiles what has changed: libraries, services, tools, benchmarks and the programs of test/, not the specs. */
export async function build(root) {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { code, output } = await withProgress('compiling', () =>
    run(process.execPath, [tsc, '-b', 'tools', 'test', 'bench'], { cwd: root }),
  );
  if (code === 0) return;
  const errors = output.split('\n').filter((line) => line.includes('error TS'));
  throw new CommandError(
    `the sources do not compile; "npx tsc -b" prints all errors:\n${errors.slice(0, 10).join('\n') || output.trim()}`,
  );
}

/** Whether a compiled file of the platform is missing or older than its source. */
export function platformIsStale(root) {
  const sources = join(root, 'tools/platform');
  return readdirSync(sources, { recursive: true })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .some((name) => {
      const compiled = join(root, 'dist/tools/platform', name.replace(/\.ts$/, '.js'));
      return !existsSync(compiled) || statSync(compiled).mtimeMs < statSync(join(sources, name)).mtimeMs;
    });
}
