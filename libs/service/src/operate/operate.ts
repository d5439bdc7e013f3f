import { logAsJson } from '../logs/index.js';
import { ConfigError, type DatabaseConfig } from '../config/index.js';
import { grow } from './grow.verb.js';
import { dropRebuilt, rebuild } from './rebuild.verb.js';
import { backup, recover, recoverGroups, recoverOwnTopics } from './recover.verb.js';
import { replay, replays } from './replay.verb.js';
import { openWorkbench, type Recoverable, type Workbench } from './workbench.js';

/** What an operator can have done in a service's place: gets the request, and gives what is to be told of it. */
export type Verb = (bench: Workbench, request: never) => Promise<object>;

const verbs: Readonly<Record<string, Verb>> = {
  grow,
  rebuild,
  'rebuild-drop': dropRebuilt,
  replay,
  replays,
  recover,
  'recover-topics': recoverOwnTopics,
  'recover-positions': recoverGroups,
  backup,
};

/** Errors whose sentence is all that an operator needs. */
const plain = new Set([
  'GrowthRefused',
  'ReplayRefused',
  'GroupHasMembers',
  'TopicMismatch',
  'RecoveryRefused',
  'MigrationsPending',
  'OperatorError',
]);

/**
 * The whole of an `operate.ts`: `node operate.js <verb> <request as JSON>`. Progress goes to stderr, what came of it as one line of
 * JSON to stdout; exit code 1 when it failed, its sentence on stderr. SIGINT and SIGTERM end it in good order.
 */
export async function operate(readSettings: () => DatabaseConfig, service: Recoverable): Promise<void> {
  const [, , name = '', request = '{}'] = process.argv;
  const told = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => told.abort());
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  try {
    const verb = verbs[name];
    if (!verb)
      throw Object.assign(new Error(`there is no "${name}"; there are ${Object.keys(verbs).join(', ')}`), {
        name: 'OperatorError',
      });
    const config = readSettings();
    logAsJson({ ...config, LOG_LEVEL: 'warn' }, service.messaging.service);
    const bench = await openWorkbench(service, config, say, told.signal);
    try {
      const result = await verb(bench, JSON.parse(request) as never);
      process.stdout.write(`${JSON.stringify(result)}\n`);
    } finally {
      await bench.close();
    }
  } catch (error) {
    const { name: kind, message, stack } = error as Error;
    say(error instanceof ConfigError || plain.has(kind) ? message : (stack ?? message));
    process.exitCode = 1;
  }
}
