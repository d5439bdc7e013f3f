import { InvalidArgumentError, Option } from 'commander';
import { kafkaSecurity, type Topic } from '@tradewind/messaging';
import { OperatorError, Unreachable } from '../databases/errors.js';
import type { SystemFlags } from './command.js';
import type { OperatedSystem } from './operated-system.js';
import { resultOf, runServiceProgram } from './service-program.js';

interface ServiceFlags extends SystemFlags {
  readonly database?: Readonly<Record<string, string>>;
  readonly program?: Readonly<Record<string, string>>;
  readonly brokers?: string;
}

/** Collects `name=value` options. */
function collect(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) throw new InvalidArgumentError('give it as <service>=<value>');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

/** The values of an environment variable: `shipping=postgres://…,billing=postgres://…`. */
const listed = (text: string | undefined): Record<string, string> =>
  (text ?? '')
    .split(',')
    .filter(Boolean)
    .reduce((all, one) => collect(one, all), {});

/**
 * Services that are given by options or by the environment: `--database shipping=postgres://…`, or TRADEWIND_DATABASES with several
 * separated by commas. Operations that run in a service's own program (replay, rebuild, recovery) need `--program shipping=dist/operate.js`.
 */
export function servicesFromOptions(env: Readonly<Record<string, string | undefined>>): OperatedSystem {
  const databasesOf = ({ database }: ServiceFlags): Readonly<Record<string, string>> => {
    const databases = database ?? listed(env['TRADEWIND_DATABASES']);
    if (Object.keys(databases).length === 0)
      throw new Unreachable('no database is given: use --database <service>=<url>, or set TRADEWIND_DATABASES');
    return databases;
  };
  const brokersOf = ({ brokers }: ServiceFlags): string => {
    const value = brokers ?? env['KAFKA_BROKERS'];
    if (!value) throw new Unreachable('the brokers are not given: use --brokers <host:port>, or set KAFKA_BROKERS');
    return value;
  };
  const runInService = async <T>(
    service: string,
    operation: string,
    request: object,
    flags: ServiceFlags,
  ): Promise<T> => {
    const file = flags.program?.[service];
    const url = databasesOf(flags)[service];
    if (file === undefined || url === undefined)
      throw new OperatorError(
        `${operation} runs in the program of the service: give --program ${service}=<file> and --database ${service}=<url>`,
      );
    const output = await runServiceProgram({
      file,
      args: [operation, JSON.stringify(request)],
      env: { DATABASE_URL: url, KAFKA_BROKERS: brokersOf(flags), PORT: '0' },
      failure: `${operation} of ${service} failed`,
    });
    return resultOf<T>(output, file);
  };
  return {
    services: (flags) => Object.keys(databasesOf(flags)),
    topics: async (flags) => {
      const topics: Topic[] = [];
      for (const service of Object.keys(databasesOf(flags)))
        topics.push(...(await runInService<{ topics: Topic[] }>(service, 'topics', {}, flags)).topics);
      return topics;
    },
    options: [
      new Option('--database <service=url>', 'the database of a service; may be repeated').argParser(collect),
      new Option('--program <service=file>', 'the operations program of a service; may be repeated').argParser(collect),
      new Option('--brokers <host:port>', 'the brokers; several separated by commas'),
    ],
    databases: databasesOf,
    brokers: brokersOf,
    security: () => kafkaSecurity(env),
    createDatabase: (service) =>
      Promise.reject(
        new OperatorError(`create the database of ${service}, empty and with its role, before its recovery`),
      ),
    describe: (service, flags) => runInService(service, 'describe', {}, flags),
    runInService,
  };
}
