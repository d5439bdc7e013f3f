import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { root } from '../../tools/platform/process/paths.js';
import { runToExit } from '../environment/cleanup.js';
import { log, Progress } from '../environment/log.js';
import { load, machine } from '../environment/machine.js';
import { someOf, wholeNumber, type Option } from '../frame/options.js';
import { contenderNames, type ContenderName } from './contenders/contender.js';
import { faultNames, type FaultName } from './faults.js';
import { debeziumVersion, fetchDebezium, fetchOutboxPackage, outboxVersion } from './fetched.js';
import { cellOf, pageOf } from './page.js';
import { merged, readResults, type FaultResult, type Results, type SpeedResult } from './results.js';
import { runFault } from './run-fault.js';
import { openServers, type Servers } from './servers.js';
import { measureRound, type Round } from './speed.js';
import { Topics } from './topics.js';

const shortFaults: readonly FaultName[] = ['none', 'producer-killed', 'repeated'];

const command = new Command('npm run bench:comparison --')
  .description(
    'Compares the library with other ways to publish and handle events: the same job under the same faults, and its speed.',
  )
  .showSuggestionAfterError(false);
const add = <T>(flag: string, { description, parse }: Option<T>): Command => command.option(flag, description, parse);
add('--only <names>', someOf([...faultNames, 'speed'], []));
add('--contenders <names>', someOf(contenderNames, []));
add('--rounds <number>', wholeNumber('of the measurement of speed; default 3', 3));
add('--events <number>', wholeNumber('of a round; default 1000', 1_000, 100));
command
  .option('--short', `only ${shortFaults.join(', ')}, and 200 events in one round`)
  .option('--logs <folder>', 'keep the logs of all processes there')
  .option(
    '--report <folder>',
    'write comparison.md and comparison.json there; results of an earlier run that this one does not repeat are kept',
  );
const options = command.parse().opts<{
  readonly only?: readonly (FaultName | 'speed')[];
  readonly contenders?: readonly ContenderName[];
  readonly rounds?: number;
  readonly events?: number;
  readonly short?: true;
  readonly logs?: string;
  readonly report?: string;
}>();

const today = (): string => new Date().toISOString().slice(0, 10);

/** Fetches what the contenders need. Returns those that cannot be fetched, with the reason. */
function fetchContenders(names: readonly ContenderName[]): Partial<Record<ContenderName, string>> {
  const fetches = { 'pg-transactional-outbox': fetchOutboxPackage, debezium: fetchDebezium };
  const failed: Partial<Record<ContenderName, string>> = {};
  for (const [name, fetch] of Object.entries(fetches) as [keyof typeof fetches, () => void][]) {
    if (!names.includes(name)) continue;
    try {
      fetch();
    } catch (error) {
      failed[name] = `cannot be fetched: ${String(error).split('\n')[0]}`;
      log(`${name} ${failed[name]}`);
    }
  }
  return failed;
}

function versions(): string {
  const versionOf = (name: string): string =>
    (JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')) as { version: string }).version;
  const packages = ['@nestjs/microservices', 'typeorm', 'kafkajs', 'pg'].map((name) => `${name} ${versionOf(name)}`);
  const fetched = [`pg-transactional-outbox ${outboxVersion} (October 2025)`, `Debezium ${debeziumVersion}`];
  return [`Node ${process.versions.node}`, 'Kafka 4.1.2', 'PostgreSQL 18', ...packages, ...fetched].join(', ');
}

async function measureSpeed(
  servers: Servers,
  names: readonly ContenderName[],
  extent: { readonly rounds: number; readonly events: number },
  progress: Progress,
): Promise<Partial<Record<ContenderName, Round[]>>> {
  const rounds: Partial<Record<ContenderName, Round[]>> = {};
  for (let round = 1; round <= extent.rounds; round++) {
    for (const name of round % 2 === 0 ? names.toReversed() : names) {
      progress.next(`speed, round ${round} of ${extent.rounds}, ${name}`);
      const result = await measureRound(servers, new Topics(servers.brokers), name, extent.events);
      (rounds[name] ??= []).push(result);
      log(
        `speed, round ${round}, ${name}: ${Math.round(result.perSecond)} events/s, load ${result.machineLoad.toFixed(1)}`,
      );
    }
  }
  return rounds;
}

/** Writes the page with what is known so far: a run that is ended loses only its present fault. */
function save(results: Results): void {
  if (options.report === undefined) return;
  mkdirSync(options.report, { recursive: true });
  const file = join(options.report, 'comparison.json');
  const all = merged(readResults(file), results);
  writeFileSync(file, `${JSON.stringify(all, undefined, 1)}\n`);
  writeFileSync(join(options.report, 'comparison.md'), pageOf(all));
}

await runToExit(async () => {
  const chosen = options.contenders ?? contenderNames;
  const only = options.only ?? (options.short ? [...shortFaults, 'speed' as const] : [...faultNames, 'speed' as const]);
  const { rounds = options.short ? 1 : 3, events = options.short ? 200 : 1_000 } = options;
  let state = '';
  const progress = new Progress(log, () => state);
  progress.next('fetching contenders, starting Kafka and PostgreSQL');
  const notRun = fetchContenders(chosen);
  const names = chosen.filter((name) => !(name in notRun));
  const servers = await openServers(options.logs);
  const faults: Partial<Record<FaultName, FaultResult>> = {};
  let speed: SpeedResult | undefined;
  const now = (): Results => ({ machine: machine(), versions: versions(), faults, speed, notRun });
  for (const fault of only) {
    if (fault === 'speed') continue;
    state = '';
    progress.next(fault);
    const outcomes = await runFault(servers, fault, names, (text) => (state = text));
    faults[fault] = { date: today(), machineLoad: load(), outcomes };
    save(now());
    for (const name of names) log(`${fault}, ${name}: ${cellOf(outcomes[name])}`);
  }
  state = '';
  if (only.includes('speed')) {
    speed = { date: today(), events, rounds: await measureSpeed(servers, names, { rounds, events }, progress) };
    save(now());
  }
  progress.close();
  if (options.report === undefined) log(pageOf(now()));
  return 0;
});
