import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CommandError } from '../platform/preflight/command-error.mjs';
import { placeOrder } from './place-order.mjs';

/*
 * Tries the image and the stack on a container engine: builds, starts, trades a real day while every container is killed, stops and starts
 * all, places an order through the published port, and audits. Ends with 1 if anything is not as it must be.
 *   npm run compose:try [-- --secure] [-- --keep]
 * Uses a project and volumes of its own. Further compose files, for example for the network of a build: COMPOSE_TRY_FILES=one.yml:two.yml
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const { values: flags } = parseArgs({ options: { secure: { type: 'boolean' }, keep: { type: 'boolean' } } });
const files = [
  'docker-compose.yml',
  ...(flags.secure ? ['deploy/compose.secure.yml'] : []),
  ...(process.env.COMPOSE_TRY_FILES?.split(':') ?? []),
];
const project = ['compose', '-p', 'tradewind-try', ...files.flatMap((file) => ['-f', file])];
/** Any free port, so that a stack of this machine may run meanwhile. */
const env = { ...process.env, GATEWAY_PORT: process.env.GATEWAY_PORT ?? '0' };
const started = Date.now();
const report = (line) =>
  process.stdout.write(`${String(Math.round((Date.now() - started) / 1000)).padStart(5)} s  ${line}\n`);

/** Runs a program and resolves with its output, which `show` gets meanwhile. Rejects with its last lines. */
function run(program, args, { show = () => undefined } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        output += chunk;
        show(String(chunk));
      });
    child.once('error', (error) => reject(new CommandError(`${program} can’t be started: ${error.message}`)));
    child.once('close', (code) =>
      code === 0
        ? resolve(output)
        : reject(
            new CommandError(
              `${program} ${args.join(' ')} ended with ${code}:\n${output.trim().split('\n').slice(-25).join('\n')}`,
            ),
          ),
    );
  });
}

const compose = (...args) => run('docker', [...project, ...args]);
const start = () => compose('up', '--wait', '--no-build');

/** Few buyers at a time, so that orders are placed while all containers are killed. */
const slowDay = ['--days', '3', '--concurrency', '2'];

/** The containers that are killed together. */
const killedTogether = [
  ['order', 'kafka'],
  ['payment', 'postgres'],
  ['product', 'gateway'],
  ['cart', 'user'],
];

async function tradeWhileKilling() {
  let trading = true;
  let firstOrder;
  const placing = new Promise((resolve) => (firstOrder = resolve));
  const seed = run('docker', [...project, '--profile', 'seed', 'run', '--rm', '-T', 'seed', ...slowDay], {
    show: (text) => {
      process.stdout.write(text);
      if (text.includes('trading: ')) firstOrder();
    },
  }).finally(() => (trading = false));
  seed.catch(() => undefined); // awaited below
  await Promise.race([placing, seed]);
  for (const names of killedTogether) {
    await compose('kill', '--signal', 'KILL', ...names);
    await start();
    report(
      `${names.join(' and ')}: killed ${trading ? 'while orders were placed' : 'after the last order'}, healthy again`,
    );
  }
  await seed;
}

const audit = (...args) =>
  run('docker', [...project, 'run', '--rm', '-T', 'audit', '--history', '/data/trading/history.jsonl', ...args], {
    show: (text) => process.stdout.write(text),
  });

async function tryStack() {
  await run('docker', ['compose', 'version']).catch(() => {
    throw new CommandError('there is no container engine with "docker compose": install one, and start it');
  });
  await run(process.execPath, [
    ...['tools/platform/prepare.mjs', '--without-kafka', '--then', 'dist/tools/image/write-secrets.js'],
    ...['deploy/secrets', ...(flags.secure ? ['--logins'] : [])],
  ]);
  report('building the image');
  await compose('build');
  report(
    `image: ${Math.round(Number(await run('docker', ['image', 'inspect', '-f', '{{.Size}}', 'tradewind'])) / 1e6)} MB`,
  );
  await start();
  report('every container is healthy');
  await tradeWhileKilling();
  await audit();
  report('the audit is clean');
  await compose('stop');
  await start();
  report('everything was stopped and started');
  const address = (await compose('port', 'gateway', '3000')).trim();
  report(`an order through http://${address}: ${await placeOrder(`http://${address}`)}`);
  await audit();
  report('the audit is clean: nothing was lost');
}

try {
  await tryStack();
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  if (!flags.keep)
    await compose('--profile', '*', 'down', '--volumes', '--remove-orphans').catch((error) =>
      process.stderr.write(`${error.message}\n`),
    );
}
