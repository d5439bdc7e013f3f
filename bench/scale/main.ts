import { Command, InvalidArgumentError } from 'commander';
import { Crew } from './crew.js';
import { Ground } from './ground.js';
import { jobs } from './job.js';
import { jobOf, orderViolations, repeats } from './judge.js';
import { Load } from './load.js';
import { runBench } from '../ground/bench-life.js';
import { load as machineLoad, machine } from '../ground/machine.js';
import { Progress } from '../ground/progress.js';
import { say } from '../ground/say.js';
import { tellReport } from '../ground/tell-report.js';
import { wholeNumber } from '../ground/whole-number.js';
import { ceiling, measureChange, measureRow, type Change, type Row, type Scene } from './measure.js';
import { chart, markdown, sound, type Report } from './report.js';

interface Flags {
  readonly seconds: number;
  readonly consumers: readonly number[];
  readonly report?: string;
}

const flags = new Command('npm run bench:scale --')
  .description(
    'Measures what 1, 2, 4 and 8 consumers of one group do, and what it costs when they come, go and are killed.',
  )
  .option('--seconds <seconds>', 'a row and load', wholeNumber, 20)
  .option('--consumers <numbers>', 'rows, as 1,2,4,8', numbers, [1, 2, 4, 8])
  .option('--report <folder>', 'write scale.md, scale.svg and scale.json there')
  .showSuggestionAfterError(false)
  .addHelpText('after', '\nExit code 0: no job was lost, doubled or done out of order.')
  .parse()
  .opts<Flags>();

await runBench(run);

async function run(): Promise<number> {
  say(`${machine()}, load ${machineLoad().toFixed(1)} before it begins`);
  let far = (): string => '';
  const progress = new Progress(say, 'starting Kafka and PostgreSQL', () => far());
  const ground = await Ground.open();
  const crew = new Crew(ground.environment, say);
  try {
    const load = await Load.open(ground.kafka);
    far = () => `, ${crew.size} consumers, ${load.sent} published, ${crew.settled} settled`;
    const scene: Scene = { ground, crew, load, progress, say };
    say(`each consumer can do ${ceiling} messages/s at best`);
    const rows: Row[] = [];
    for (const consumers of flags.consumers) {
      progress.next(`starting ${consumers - crew.size} more`);
      await crew.join(consumers - crew.size);
      rows.push(await measureRow(scene, flags.seconds));
    }
    const changes = await comeAndGo(scene, rows);
    progress.next('the consumers end');
    await crew.end();
    await load.close();
    const report = await reportOf(scene, rows, changes);
    tellReport(
      {
        name: 'scale',
        markdown: markdown(report),
        chart: chart(report),
        shows: 'messages a second by consumers',
        figures: report,
      },
      flags.report,
    );
    return sound(report) ? 0 : 1;
  } finally {
    progress.close();
    await crew.end();
    await ground.close();
  }
}

/** From the last row's consumers on, at half of what they can do: two come, one goes, one is killed. */
async function comeAndGo(scene: Scene, rows: readonly Row[]): Promise<Change[]> {
  const { crew } = scene;
  const perSecond = rows.at(-1)!.perSecond / 2;
  const changes: Change[] = [];
  const change = async (what: string, deed: () => Promise<void>): Promise<void> =>
    void changes.push(await measureChange(scene, what, perSecond, deed));
  await change('two join', () => crew.join(2));
  await change('one leaves in good order', () => crew.leave('SIGTERM'));
  await change('one is killed', () => crew.leave('SIGKILL'));
  await change('one joins', () => crew.join(1));
  return changes;
}

async function reportOf(
  { ground, crew, load }: Scene,
  rows: readonly Row[],
  changes: readonly Change[],
): Promise<Report> {
  const done = await ground.done();
  return {
    machine: machine(),
    seconds: flags.seconds,
    rows,
    changes,
    published: load.sent,
    lost: load.sent - new Set(done.map(jobOf)).size,
    doubled: repeats(done),
    orderViolations: orderViolations(done, crew.calls),
    recordsAgain: crew.handedAgain,
    callsAgain: repeats(crew.calls),
  };
}

function numbers(text: string): readonly number[] {
  const found = text.split(',').map((part) => wholeNumber(part.trim()));
  if (found.some((count, index) => index > 0 && count <= found[index - 1]!))
    throw new InvalidArgumentError('expected rising numbers, as 1,2,4,8');
  if (found.at(-1)! > jobs.partitions)
    throw new InvalidArgumentError(`expected at most ${jobs.partitions}: there are no more partitions to share`);
  return found;
}
