import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../tools/platform/process/places.js';

/** The operator's own command on a shop that lives in `state`, as he types it; gives what it prints as JSON. Throws with its last words when it fails. */
export async function tradewind<T>(state: string, say: (line: string) => void, ...args: readonly string[]): Promise<T> {
  say(`tradewind ${args.join(' ')}`);
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', join(root, 'dist/tools/ops/tradewind.js'), ...args, '--json'],
    {
      env: { ...process.env, TRADEWIND_STATE: state },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let [told, said] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    for (const line of chunk.toString().split('\n')) if (line !== '') say(`  ${line}`);
  });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (code !== 0) throw new Error(`tradewind ${args[0]} ended with ${code}: ${said.trim().slice(-1_000)}`);
  return JSON.parse(told) as T;
}
