import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../process/paths.js';

export interface Admin {
  readonly email: string;
  readonly password: string;
}

/** Creates the first admin unless it can log in already. */
export async function ensureFirstAdmin(
  userUrl: string,
  userEnvironment: Readonly<Record<string, string>>,
  admin: Admin,
): Promise<void> {
  const answer = await fetch(`${userUrl}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(admin),
  });
  if (!answer.ok) await createFirstAdmin(userEnvironment, admin);
}

/** Runs the user service's own program, which leaves an existing account unchanged. */
async function createFirstAdmin(userEnvironment: Readonly<Record<string, string>>, admin: Admin): Promise<void> {
  const env = { ...process.env, ...userEnvironment, ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password };
  const child = spawn(process.execPath, [join(root, 'dist/apps/user/src/create-admin.js')], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (code !== 0) throw new Error(`the first admin could not be created: ${output.trim().slice(-500)}`);
}
