import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

const host = join(import.meta.dirname, '../../../dist/tools/platform/jest/host.js');

export interface OwnPlatform {
  readonly brokers: string;
  stop(): void;
}

/**
 * A Kafka of this test's own. Topics are the shop's, to the letter: on a broker that is shared with other tests the real
 * product and payment services would answer in place of the participants that are played here. It goes with this process.
 */
export async function ownPlatform(): Promise<OwnPlatform> {
  const child = spawn(process.execPath, [host], { stdio: ['pipe', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve);
    child.once('exit', () => reject(new Error('Kafka did not start; the reason stands above')));
  });
  return { brokers: (JSON.parse(line) as { kafkaBrokers: string }).kafkaBrokers, stop: () => child.stdin.end() };
}
