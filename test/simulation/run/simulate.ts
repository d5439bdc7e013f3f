import { Simulation } from '@tradewind/testing/simulated';
import { Crowd } from '../buyers/crowd.js';
import type { Facts, Violation } from '../check/facts.js';
import { checkAll } from '../check/check-all.js';
import { watched } from '../check/watch-rows.js';
import { drawSchedule } from '../schedule/draw-schedule.js';
import type { Schedule } from '../schedule/schedule.js';
import { serviceNames } from '../shop/services.js';
import { SimulatedShop, type Tamper } from '../shop/simulated-shop.js';
import { Weather } from '../weather/weather.js';
import type { Outcome } from './outcome.js';
import { readFacts } from './read-facts.js';
import { replayAll } from './replay.js';
import { restless } from './rest.js';

/** Virtual milliseconds: until the shop is open, and until everybody has gone home. */
const opening = 120_000;
const goingHome = 300_000;

export interface SimulateOptions {
  /** Gets the story as lines. */
  readonly onTrace?: (line: string) => void;
  /** A fault of the program that is to be found. */
  readonly tamper?: Tamper;
}

/** Plays one seed from the opening of the shop until everything is at rest, and tells which promises were broken. */
export async function simulate(seed: number, options: SimulateOptions = {}): Promise<Outcome> {
  return simulateSchedule(drawSchedule(seed), options).then(({ outcome }) => outcome);
}

/** The same for a schedule that was drawn elsewhere; with everything there was at its end, where it came to one. */
export async function simulateSchedule(
  schedule: Schedule,
  { onTrace, tamper = same }: SimulateOptions,
): Promise<{ readonly outcome: Outcome; readonly facts: Facts | undefined }> {
  const violations: Violation[] = [];
  const weather = new Weather(schedule);
  const simulation = new Simulation(schedule.seed, { fateOf: weather.fateOf, ...(onTrace ? { onTrace } : {}) });
  const shop = new SimulatedShop(
    simulation,
    (level, message, detail) =>
      onTrace?.(`${' '.repeat(14)}${level}: ${message} ${detail ? JSON.stringify(detail) : ''}`),
    (ports, of) => {
      const tampered = tamper(ports, of);
      return { ...tampered, store: watched(tampered.store, (violation) => violations.push(violation)) };
    },
  );
  const crowd = new Crowd(schedule, shop.running, simulation.process('people').world);
  let facts: Facts | undefined;
  try {
    facts = await play(schedule, { simulation, shop, crowd, weather, violations });
  } catch (error) {
    violations.push(`the run broke off: ${(error as Error).stack ?? String(error)}`);
  }
  shop.close();
  return { outcome: outcomeOf(schedule.seed, simulation, weather, violations, facts), facts };
}

const same: Tamper = (ports) => ports;

interface Stage {
  readonly simulation: Simulation;
  readonly shop: SimulatedShop;
  readonly crowd: Crowd;
  readonly weather: Weather;
  readonly violations: Violation[];
}

/** Open, storm, calm, rest, check, replay, check. */
async function play(
  schedule: Schedule,
  { simulation, shop, crowd, weather, violations }: Stage,
): Promise<Facts | undefined> {
  for (const name of serviceNames)
    for (let process = 0; process < schedule.processes[name]; process++) shop.start(name, process);
  await simulation.settled(crowd.open(), opening);
  weather.begin(simulation, shop);
  await simulation.settled(crowd.come(), goingHome);
  await simulation.run(Math.max(0, weather.endsAt - simulation.elapsed));
  const open = await restless(shop);
  violations.push(...open.map((what) => `rest: ${what}`), ...shop.troubles);
  if (open.length > 0) return undefined;
  const facts = await readFacts(shop, crowd.history);
  violations.push(...checkAll(facts));
  if (violations.length === 0) violations.push(...(await replayAll(shop)));
  return facts;
}

function outcomeOf(
  seed: number,
  simulation: Simulation,
  weather: Weather,
  violations: readonly Violation[],
  facts: Facts | undefined,
): Outcome {
  return {
    seed,
    violations: [...new Set(violations)],
    traceHash: simulation.traceHash,
    orders: facts?.orders.length ?? 0,
    confirmed: facts?.orders.filter(({ status }) => status === 'confirmed').length ?? 0,
    messages: facts?.records.length ?? 0,
    events: simulation.events,
    virtualSeconds: simulation.elapsed / 1_000,
    struck: Object.fromEntries(weather.struck),
  };
}
