import { join } from 'node:path';
import { Refusal } from './refusal.mjs';
import { run } from './run.mjs';

const leastNode = [20, 19];
const leastJava = 17;

/** Refuses a Node that is too old for the packages. */
export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < leastNode[0] || (major === leastNode[0] && minor < leastNode[1])) {
    throw new Refusal(
      `Node ${version} is too old: Tradewind needs ${leastNode.join('.')} or newer; get it from https://nodejs.org or with your version manager ("nvm install 22")`,
    );
  }
}

/** Refuses a machine without a Java that can run the broker. */
export async function checkJava(env = process.env) {
  const java = env.JAVA_HOME ? join(env.JAVA_HOME, 'bin/java') : 'java';
  const { code, output } = await run(java, ['-version'], { env });
  const how = 'install it ("apt-get install openjdk-17-jre-headless"), or name a running Kafka in KAFKA_BROKERS';
  if (code === null) throw new Refusal(`Kafka needs Java ${leastJava} or newer and ${java} is not there: ${how}`);
  const found = Number(/version "(?:1\.)?(\d+)/.exec(output)?.[1]);
  if (!(found >= leastJava))
    throw new Refusal(
      `Kafka needs Java ${leastJava} or newer and ${java} is ${found || 'of an unknown version'}: ${how}`,
    );
}
