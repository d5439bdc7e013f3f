#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from './preflight/build.mjs';
import { installDependencies } from './preflight/dependencies.mjs';
import { fetchKafkaJars } from './preflight/kafka-jars.mjs';
import { Refusal } from './preflight/refusal.mjs';
import { checkJava, checkNode } from './preflight/requirements.mjs';

/*
 * The pre-flight of every command: from a bare checkout to compiled sources with everything that they need.
 *   node tools/platform/prepare.mjs                          prepares
 *   node tools/platform/prepare.mjs --then FILE [ARGUMENT..] prepares, then runs a compiled file in its place
 * It imports nothing but Node's own modules: it is there before any dependency is.
 */
const root = join(import.meta.dirname ?? fileURLToPath(new URL('.', import.meta.url)), '../..');

export async function prepare(env = process.env) {
  checkNode();
  if (!env.KAFKA_BROKERS) await checkJava(env);
  await installDependencies(root);
  if (!env.KAFKA_BROKERS) await fetchKafkaJars(root, env);
  await build(root);
}

/** The child reads the terminal and decides how it ends; this process only waits and passes on what is sent to it alone. */
function runInstead(file, args) {
  const child = spawn(process.execPath, ['--enable-source-maps', join(root, file), ...args], { cwd: root, stdio: 'inherit' });
  process.on('SIGINT', () => undefined); // Ctrl-C reaches the child by itself
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    await prepare();
    if (process.argv[2] === '--then') runInstead(process.argv[3], process.argv.slice(4));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
