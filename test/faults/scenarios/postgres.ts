import pg from 'pg';
import type { Fault } from '../environment/fault.js';
import type { ScenarioContext } from '../environment/scenario-context.js';

async function killDatabase(context: ScenarioContext): Promise<void> {
  for (let times = context.byExtent(1, 5, 10); times > 0; times--) {
    await context.waitForOrders(2);
    context.kill('postgres');
    await context.waitForOrders(3, 120);
  }
}

const terminate = `
select pg_terminate_backend(pid) from (
  select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() and usename <> 'postgres' order by random() limit $1) victims`;

async function terminateBackends(context: ScenarioContext): Promise<void> {
  const random = context.random('backends');
  for (let times = context.byExtent(15, 60, 300); times > 0; times--) {
    const terminated = await context.queryAsAdmin(terminate, [1 + Math.floor(random.fraction() * 4)]);
    context.recordInjection('terminated backends', terminated.length);
    await context.delay(150 + random.fraction() * 350);
  }
}

/** The client gets no response, whether the commit was done or not. */
async function dropCommits(context: ScenarioContext): Promise<void> {
  const { drop } = context.environment.network.postgres;
  const responses = drop.commitResponses({ occurrences: { probability: 0.03 } });
  await context.waitForOrders(context.byExtent(15, 60, 400), 300);
  context.recordInjection('COMMIT responses dropped', responses.heal());
  const commits = drop.commits({ occurrences: { probability: 0.03 } });
  await context.waitForOrders(context.byExtent(10, 30, 200), 300);
  context.recordInjection('COMMITs dropped', commits.heal());
}

/** Pauses every process of PostgreSQL: a hanging machine with open connections. */
async function pauseDatabase(context: ScenarioContext): Promise<void> {
  await context.pauseProcess('postgres', context.byExtent(8_000, 15_000, 15_000));
  await context.waitForOrders(5, 120);
}

/** Another client, whose role has no limit, takes every connection that the cluster allows, and the connections of the services are terminated. */
async function exhaustConnections(context: ScenarioContext): Promise<void> {
  const taken: pg.Client[] = [];
  const before = context.load.client.retries;
  try {
    await context.queryAsAdmin(terminate, [1_000]);
    for (let refused = 0; refused < 3;) {
      const client = new pg.Client({
        connectionString: context.shop.ownedDatabases.user,
        connectionTimeoutMillis: 3_000,
      });
      client.on('error', () => undefined); // this client only occupies a connection
      try {
        await client.connect();
        taken.push(client);
      } catch (error) {
        refused++;
        if ((error as { code?: string }).code !== '53300') context.log(`${context.fault}: ${String(error)}`);
        await context
          .queryAsAdmin(
            terminate.replace("usename <> 'postgres'", "usename <> 'postgres' and application_name <> ''"),
            [1_000],
          )
          .catch(() => []); // no connection for the administrator either
        await context.delay(300);
      }
    }
    context.recordInjection('connections taken', taken.length);
    await context.delay(context.byExtent(5_000, 15_000, 60_000));
  } finally {
    await Promise.all(taken.map((client) => client.end()));
  }
  context.note(`${context.load.client.retries - before} calls were retried while no connection was free`);
  await context.waitForOrders(5, 120);
}

export const postgres: readonly Fault[] = [
  { id: 'F14', title: 'PostgreSQL killed repeatedly', layout: 'usual', run: killDatabase },
  { id: 'F15', title: 'backends terminated at random', layout: 'usual', run: terminateBackends },
  { id: 'F16', title: 'COMMITs and their responses dropped', layout: 'usual', run: dropCommits },
  { id: 'F17', title: 'PostgreSQL paused', layout: 'usual', run: pauseDatabase },
  { id: 'F18', title: 'no free connection', layout: 'few connections', run: exhaustConnections },
];
