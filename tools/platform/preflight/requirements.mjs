import { join } from 'node:path';
import { CommandError } from './command-error.mjs';
import { run } from './run.mjs';

const minNode = [20, 19];
const minJava = 17;

/** Throws when Node is too old for the packages. */
export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < minNode[0] || (major === minNode[0] && minor < minNode[1])) {
    throw new CommandError(
      `Node ${version} is too old: Tradewind needs ${minNode.join('.')} or newer; get it from https://nodejs.org or with your version manager ("nvm install 22")`,
    );
  }
}

/** Throws when there is no Java that can run Kafka. */
export async function checkJava(env = process.env) {
  const java = env.JAVA_HOME ? join(env.JAVA_HOME, 'bin/java') : 'java';
  const { code, output } = await run(java, ['-version'], { env });
  const how = 'install it ("apt-get install openjdk-17-jre-headless"), or set KAFKA_BROKERS to a running Kafka';
  if (code === null) throw new CommandError(`Kafka needs Java ${minJava} or newer and ${java} does not exist: ${how}`);
  const found = Number(/version "(?:1\.)?(\d+)/.exec(output)?.[1]);
  if (!(found >= minJava))
    throw new CommandError(
      `Kafka needs Java ${minJava} or newer and ${java} is ${found || 'of an unknown version'}: ${how}`,
    );
}
