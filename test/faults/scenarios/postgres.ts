import pg from 'pg';
import type { Fault } from '../ground/fault.js';
import type { Stage } from '../ground/stage.js';

async function killDatabase(stage: Stage): Promise<void> {
  for (let times = stage.times(1, 5, 10); times > 0; times--) {
    await stage.trade(2);
    stage.kill('postgres');
    await stage.trade(3, 120);
  }
}

const terminate = `
select pg_terminate_backend(pid) from (
  select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid() and usename <> 'postgres' order by random() limit $1) victims`;

async function terminateBackends(stage: Stage): Promise<void> {
  const chance = stage.chance('backends');
  for (let times = stage.times(15, 60, 300); times > 0; times--) {
    const gone = await stage.asAdmin(terminate, [1 + Math.floor(chance.fraction() * 4)]);
    stage.hit('terminated backends', gone.length);
    await stage.pass(150 + chance.fraction() * 350);
  }
}

/** Done, and nobody is told; or not done, and nobody is told either. */
async function loseCommits(stage: Stage): Promise<void> {
  const { lose } = stage.ground.network.postgres;
  const answers = lose.commitAnswers({ which: { probability: 0.03 } });
  await stage.trade(stage.times(15, 60, 400), 300);
  stage.hit('COMMIT answers lost', answers.heal());
  const commits = lose.commits({ which: { probability: 0.03 } });
  await stage.trade(stage.times(10, 30, 200), 300);
  stage.hit('COMMITs lost', commits.heal());
}

/** Every process of it: a machine that hangs, with its connections alive. */
async function pauseDatabase(stage: Stage): Promise<void> {
  await stage.freeze('postgres', stage.times(8_000, 15_000, 15_000));
  await stage.trade(5, 120);
}

/** Every connection that the cluster allows is taken by somebody else, and the services' own are cut. */
async function exhaustConnections(stage: Stage): Promise<void> {
  const greedy: pg.Client[] = [];
  const before = stage.load.client.retries;
  try {
    await stage.asAdmin(terminate, [1_000]);
    for (let refused = 0; refused < 3;) {
      const client = new pg.Client({ connectionString: stage.shop.databases.user, connectionTimeoutMillis: 3_000 });
      client.on('error', () => undefined); // it is here to be in the way
      try {
        await client.connect();
        greedy.push(client);
      } catch (error) {
        refused++;
        if ((error as { code?: string }).code !== '53300') stage.say(`${stage.fault}: ${String(error)}`);
        await stage
          .asAdmin(
            terminate.replace("usename <> 'postgres'", "usename <> 'postgres' and application_name <> ''"),
            [1_000],
          )
          .catch(() => []); // no room for the administrator either
        await stage.pass(300);
      }
    }
    stage.hit('connections taken away', greedy.length);
    await stage.pass(stage.times(5_000, 15_000, 60_000));
  } finally {
    await Promise.all(greedy.map((client) => client.end()));
  }
  stage.note(`${stage.load.client.retries - before} calls were asked to come again while no connection was to be had`);
  await stage.trade(5, 120);
}

export const postgres: readonly Fault[] = [
  { id: 'F14', title: 'PostgreSQL killed again and again', layout: 'usual', play: killDatabase },
  { id: 'F15', title: 'backends terminated at random', layout: 'usual', play: terminateBackends },
  { id: 'F16', title: 'COMMITs and their answers lost', layout: 'usual', play: loseCommits },
  { id: 'F17', title: 'PostgreSQL paused', layout: 'usual', play: pauseDatabase },
  { id: 'F18', title: 'no connection to be had', layout: 'few connections', play: exhaustConnections },
];
