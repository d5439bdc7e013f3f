#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './preflight/build.mjs';
import { installDependencies } from './preflight/dependencies.mjs';
import { fetchKafkaJars } from './preflight/kafka-jars.mjs';
import { Refusal } from './preflight/refusal.mjs';
import { checkJava, checkNode } from './preflight/requirements.mjs';

/*
 * The pre-flight of every command: from a bare checkout to compiled sources with everything that they need.
 *   node tools/platform/prepare.mjs                           prepares
 *   node tools/platform/prepare.mjs --then FILE [ARGUMENT...] prepares, then goes on with a compiled file
 * KAFKA_BROKERS names a Kafka that is there already; `--without-kafka`, as the first argument, says that none is needed.
 * It imports nothing but Node's own modules: it is there before any dependency is.
 */
const root = join(import.meta.dirname ?? fileURLToPath(new URL('.', import.meta.url)), '../..');

export async function prepare({ env = process.env, kafka = !env.KAFKA_BROKERS } = {}) {
  checkNode();
  if (kafka) await checkJava(env);
  await installDependencies(root);
  if (kafka) await fetchKafkaJars(root, env);
  await build(root);
}

/** Goes on in the same process, so that signals and the terminal need no middleman. */
async function goOn(file, args) {
  const compiled = join(root, file);
  process.argv.splice(1, Infinity, compiled, ...args);
  process.setSourceMapsEnabled(true);
  await import(pathToFileURL(compiled).href);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    const words = process.argv.slice(2);
    const none = words[0] === '--without-kafka' && words.shift();
    await prepare(none ? { kafka: false } : {});
    if (words.shift() === '--then') await goOn(words.shift(), words);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
