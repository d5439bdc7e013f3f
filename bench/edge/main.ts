import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import type { Shop } from '../../tools/platform/shop/shop.js';
import { runBench } from '../ground/bench-life.js';
import { load, machine } from '../ground/machine.js';
import { Platform } from '../ground/platform.js';
import { say } from '../ground/say.js';
import { tellReport } from '../ground/tell-report.js';
import { wholeNumber } from '../ground/whole-number.js';
import { products } from '../saga/orders.js';
import { openShop, urlOf } from '../shop/enter.js';
import { logInBuyers, stock } from '../shop/stock.js';
import { measureWay, ways, type Figures, type Plan, type Round, type Way } from './measure.js';
import { questionsOf, type Question } from './questions.js';
import { chart, markdown, type Report } from './report.js';

interface Flags extends Plan {
  readonly rounds: number;
  readonly report?: string;
  readonly profile?: string;
}

const {
  rounds,
  report: folder,
  profile,
  ...plan
} = new Command('npm run bench:edge --')
  .description('Measures what the gateway adds: the same requests through it and to the service itself, in turn.')
  .option('--in-flight <number>', 'requests, while as much is asked as can be answered', wholeNumber, 64)
  .option('--per-second <number>', 'requests, while it is steady', wholeNumber, 200)
  .option('--seconds <seconds>', 'of each of the two', wholeNumber, 8)
  .option('--rounds <number>', 'of each question', wholeNumber, 3)
  .option('--report <folder>', 'write edge.md, edge.svg and edge.json there')
  .option('--profile <folder>', 'write gateway.cpuprofile there: where its time goes')
  .addHelpText('after', '\nExit code 0: every answer was the right one.')
  .parse()
  .opts<Flags>();

await runBench(run);

async function run(): Promise<number> {
  say(`${machine()}, load ${load().toFixed(1)} before it begins`);
  const platform = await Platform.open();
  try {
    const shop = await openShop(
      { providerApart: false },
      platform,
      profile === undefined ? {} : { env: { gateway: profiling(profile) } },
    );
    try {
      const report = await measure(shop, platform);
      tellReport(
        {
          name: 'edge',
          markdown: markdown(report),
          chart: chart(report),
          shows: 'requests a second with and without the gateway',
          figures: report,
        },
        folder,
      );
    } finally {
      await shop.stop();
    }
  } finally {
    await platform.close();
  }
  return 0;
}

async function measure(shop: Shop, platform: Platform): Promise<Report> {
  const productIds = await stock(shop, products);
  const [firstToken = ''] = await logInBuyers(shop);
  const questions = await questionsOf(shop, products, productIds, firstToken);
  const courses = questions.map((question) => ({ question, rounds: [] as Round[] }));
  const [token = ''] = await logInBuyers(shop);
  for (let number = 1; number <= rounds; number++) {
    for (const { question, rounds: measured } of courses) {
      measured.push(await measureRound(shop, platform, question, token, number));
    }
  }
  return {
    machine: machine(),
    plan,
    courses: courses.map(({ question: { name, service }, rounds: measured }) => ({
      question: name,
      service,
      rounds: measured,
    })),
  };
}

/** Who comes first takes turns as well. */
async function measureRound(
  shop: Shop,
  platform: Platform,
  question: Question,
  token: string,
  number: number,
): Promise<Round> {
  const processes = new Map([
    ...['gateway', question.service].map((name) => [name, shop.kept.get(name)!.pid!] as const),
    ['PostgreSQL', platform.processes.get('PostgreSQL')!],
  ]);
  const figures = new Map<Way, Figures>();
  for (const way of number % 2 === 1 ? ways : ways.toReversed()) {
    const of = await measureWay(
      question,
      way === 'gateway' ? shop.gatewayUrl : urlOf(shop, question.service),
      token,
      processes,
      plan,
    );
    figures.set(way, of);
    say(
      `round ${number}, ${question.name}, ${way}: ${of.perSecond.toFixed(0)} requests/s, gateway ${of.cpu['gateway']!.toFixed(0)} + service ${of.cpu[question.service]!.toFixed(0)} µs a request, p50 ${of.p50.toFixed(1)} ms, p99 ${of.p99.toFixed(1)} ms, load ${of.machineLoad.toFixed(1)}`,
    );
  }
  return { service: figures.get('service')!, gateway: figures.get('gateway')! };
}

function profiling(into: string): Readonly<Record<string, string>> {
  mkdirSync(into, { recursive: true });
  return {
    NODE_OPTIONS: `--import=${new URL('profile.js', import.meta.url).href}`,
    PROFILE: join(resolve(into), 'gateway.cpuprofile'),
  };
}
