import { Command, InvalidArgumentError, Option } from 'commander';
import type { Attack } from './attack.js';
import { families } from './families/index.js';
import { runAttacks } from './run-attacks.js';

interface Flags {
  readonly gateway: string;
  readonly adminEmail?: string;
  readonly adminPassword?: string;
  readonly seed: number;
  readonly only: readonly Attack[];
}

const log = (line: string): void => void process.stdout.write(`${line}\n`);

const program = new Command('npm run attacks --')
  .description('Attacks a running shop through its public HTTP API, and reports what is not refused.')
  .addOption(new Option('--gateway <url>', 'its address').env('GATEWAY_URL').default('http://127.0.0.1:3000'))
  .addOption(new Option('--admin-email <address>', 'an admin of the shop').env('ADMIN_EMAIL'))
  .addOption(new Option('--admin-password <password>', 'safer in the environment').env('ADMIN_PASSWORD'))
  .option('--seed <number>', 'decides which texts are tried', seedOf, 1)
  .option('--only <names>', `families whose name contains one of these: ${namesOf(families)}`, chosen, families)
  .addHelpText('after', '\nExit codes: 0 everything was refused, 1 there are findings, 2 the shop cannot be attacked.');

process.exitCode = await run(program.parse().opts<Flags>()).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return 2;
});

async function run({ gateway, adminEmail, adminPassword, seed, only }: Flags): Promise<number> {
  if (!adminEmail || !adminPassword)
    throw new Error('set ADMIN_EMAIL and ADMIN_PASSWORD to an admin of the shop (`npm start` prints where they are)');
  const admin = { email: adminEmail, password: adminPassword };
  const results = await runAttacks({ gatewayUrl: gateway, admin, seed, families: only, log });
  const findings = results.flatMap((result) => result.findings).length;
  const tries = results.reduce((sum, result) => sum + result.tries, 0);
  log(`seed ${seed}: ${tries} tries, ${findings === 0 ? 'everything was refused' : `${findings} findings`}`);
  return findings === 0 ? 0 : 1;
}

function namesOf(some: readonly Attack[]): string {
  return some.map(({ name }) => name).join(', ');
}

function seedOf(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('expected a number from 0 to 999999999');
  return Number(text);
}

function chosen(text: string): readonly Attack[] {
  const parts = text.split(',').map((part) => part.trim());
  const found = families.filter(({ name }) => parts.some((part) => name.includes(part)));
  if (found.length === 0) throw new InvalidArgumentError(`there are ${namesOf(families)}`);
  return found;
}
