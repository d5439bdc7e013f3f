#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './preflight/build.mjs';
import { installDependencies } from './preflight/dependencies.mjs';
import { fetchKafkaJars } from './preflight/kafka-jars.mjs';
import { CommandError } from './preflight/command-error.mjs';
import { checkJava, checkNode } from './preflight/requirements.mjs';

/*
 * The pre-flight of every command: installs the dependencies, fetches Kafka's jars and compiles the sources.
 *   node tools/platform/prepare.mjs                           prepares
 *   node tools/platform/prepare.mjs --then FILE [ARGUMENT...] prepares, then runs a compiled file
 * With KAFKA_BROKERS, or with `--without-kafka` as the first argument, no Kafka is fetched.
 * It imports only Node's own modules, because it runs before the dependencies are installed.
 */
const root = join(import.meta.dirname ?? fileURLToPath(new URL('.', import.meta.url)), '../..');

export async function prepare({ env = process.env, kafka = !env.KAFKA_BROKERS } = {}) {
  checkNode();
  if (kafka) await checkJava(env);
  await installDependencies(root);
  if (kafka) await fetchKafkaJars(root, env);
  await build(root);
}

/** Runs a compiled file in this process: a child process would need forwarding of signals and of the terminal. */
async function runCompiled(file, args) {
  const compiled = join(root, file);
  process.argv.splice(1, Infinity, compiled, ...args);
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(compiled).href);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const args = process.argv.slice(2);
    const withoutKafka = args[0] === '--without-kafka' && args.shift();
    await prepare(withoutKafka ? { kafka: false } : {});
    if (args.shift() === '--then') await runCompiled(args.shift(), args);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
