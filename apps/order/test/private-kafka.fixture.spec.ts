import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { join } from 'node:path';

const host = join(import.meta.dirname, '../../../dist/tools/platform/jest/host.js');

export interface PrivateKafka {
  readonly brokers: string;
  stop(): void;
}

/**
 * A Kafka broker for this test only. The test uses the shop's real topic names: on a shared broker the real product and payment
 * services of other tests would reply instead of the simulated participants. It stops with this process.
 */
export async function startPrivateKafka(): Promise<PrivateKafka> {
  const child = spawn(process.execPath, [host], { stdio: ['pipe', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve);
    child.once('exit', () => reject(new Error('Kafka did not start; see the reason above')));
  });
  return { brokers: (JSON.parse(line) as { kafkaBrokers: string }).kafkaBrokers, stop: () => child.stdin.end() };
}
