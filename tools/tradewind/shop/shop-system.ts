import { topics } from '@tradewind/contracts';
import pg from 'pg';
import { kafkaSecurityAs, loginEnvironment } from '../../kafka-users.js';
import { findShop, secretsOf, stateOption, type RunningShop } from '../../find-shop.js';
import { createServiceDatabase } from '../../platform/postgres/service-database.js';
import { databaseServices, describeService, isDatabaseService, type DatabaseService } from '../../services.js';
import { OperatorError } from '@tradewind/operations';
import { resultOf, type OperatedSystem, type SystemFlags } from '@tradewind/operations/cli';
import { operationsBundleOf } from '../../platform/shop/bundle-services.js';
import { runShopProgram } from './service-program.js';

export const shopOf = ({ state }: SystemFlags): RunningShop => findShop(process.env, state);

/** The brokers alone, which may run without the databases: from the environment, or of the running shop. */
export function kafkaOf(flags: SystemFlags): Pick<RunningShop, 'brokers' | 'kafkaLogins'> {
  const brokers = process.env['KAFKA_BROKERS'];
  return brokers ? { brokers, kafkaLogins: undefined } : shopOf(flags);
}

/** The shop as the system that the operator's commands work on. */
export const shopSystem: OperatedSystem = {
  services: () => databaseServices,
  topics: () => Promise.resolve(Object.values(topics)),
  options: [stateOption()],
  databases: (flags) => shopOf(flags).databases,
  brokers: (flags) => kafkaOf(flags).brokers,
  security: (flags) => kafkaSecurityAs('operator', kafkaOf(flags).kafkaLogins),
  createDatabase: (service, flags) => {
    const { databases, ownedDatabases, adminUrl } = shopOf(flags);
    return createIfGone(databases[known(service)], ownedDatabases[known(service)], adminUrl);
  },
  describe: async (service) =>
    resultOf(
      await runShopProgram({
        service: known(service),
        file: 'operate.js',
        args: ['describe'],
        env: {},
        failure: `${service} cannot be described`,
      }),
      `operate.js of ${service}`,
    ),
  runInService: async <T>(name: string, operation: string, request: object, flags: SystemFlags): Promise<T> => {
    const service = known(name);
    const { ownedDatabases, brokers, kafkaLogins, bundles } = shopOf(flags);
    const output = await runShopProgram({
      service,
      file: 'operate.js',
      ...(bundles === undefined ? {} : { bundle: operationsBundleOf(bundles, service) }),
      args: [operation, JSON.stringify(request)],
      env: {
        DATABASE_URL: ownedDatabases[service],
        KAFKA_BROKERS: brokers,
        ...loginEnvironment(kafkaLogins, service),
        ...secretsOf(
          ['SIGNING_ROOT_PUBLIC_KEY', ...(describeService(service).sealsData ? (['DATA_KEY_SECRET'] as const) : [])],
          process.env,
          flags.state,
        ),
      },
      failure: `${operation} of ${service} failed`,
    });
    return resultOf<T>(output, `operate.js of ${service}`);
  },
};

function known(service: string): DatabaseService {
  if (!isDatabaseService(service))
    throw new OperatorError(`"${service}" is no service with a database; there are ${databaseServices.join(', ')}`);
  return service;
}

/** With the roles and the passwords of its URLs. */
async function createIfGone(url: string, ownerUrl: string, adminUrl: string | undefined): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'tradewind-recover',
    connectionTimeoutMillis: 10_000,
  });
  try {
    await client.connect();
  } catch (error) {
    const { code } = error as { code?: string };
    const gone = code === '3D000' || code === '28P01' || code === '28000'; // no such database, or no such role
    if (!gone) throw error;
    if (adminUrl === undefined)
      throw new OperatorError(
        'the database does not exist, and ADMIN_DATABASE_URL is not set: create the database, or set it to the URL of an administrator',
        { cause: error },
      );
    const [service, owner] = [url, ownerUrl].map((each) => decodeURIComponent(new URL(each).password)) as [
      string,
      string,
    ];
    await createServiceDatabase(adminUrl, decodeURIComponent(new URL(url).pathname.slice(1)), { service, owner });
  } finally {
    await client.end();
  }
}
