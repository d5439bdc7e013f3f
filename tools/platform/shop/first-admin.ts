import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../process/places.js';

export interface Admin {
  readonly email: string;
  readonly password: string;
}

/** Makes the first admin unless he can log in already, which is quickly asked. */
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

/** The user service makes the account itself, in its own database; an account that is there already is left as it is. */
async function createFirstAdmin(userEnvironment: Readonly<Record<string, string>>, admin: Admin): Promise<void> {
  const env = { ...process.env, ...userEnvironment, ADMIN_EMAIL: admin.email, ADMIN_PASSWORD: admin.password };
  const child = spawn(process.execPath, [join(root, 'dist/apps/user/src/create-admin.js')], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  if (code !== 0) throw new Error(`the first admin could not be made: ${said.trim().slice(-500)}`);
}
