import { Simulation } from '@tradewind/simulation';
import { Orders } from '../../../apps/order/src/storage/order.tables.js';
import type { FinalState, Violation } from '../check/final-state.js';
import { FaultInjector } from '../faults/fault-injector.js';
import { drawScenario } from '../scenario/draw-scenario.js';
import type { Scenario } from '../scenario/scenario.js';
import { simulatedServices } from '../scenario/simulated-services.js';
import { SimulatedShop, type DecoratePorts } from '../shop/simulated-shop.js';
import { Workload } from '../workload/workload.js';
import { checkAll } from './check-all.js';
import { pendingAfterRest } from './quiescence.js';
import { readFinalState } from './read-final-state.js';
import { replayAll } from './replay.js';
import { withRowChecks } from './row-checks.js';
import type { SeedResult } from './seed-result.js';

/** Virtual milliseconds until the shop must be ready. */
const setUpTimeout = 120_000;
/** Virtual milliseconds until all clients must have finished. */
const workloadTimeout = 300_000;

export interface SimulateOptions {
  /** Gets every event as a line of text. */
  readonly onTrace?: (line: string) => void;
  /** Plants a bug. */
  readonly decoratePorts?: DecoratePorts;
}

/** Runs one seed from the start of the shop until nothing is pending, and returns the broken promises. */
export async function simulate(seed: number, options: SimulateOptions = {}): Promise<SeedResult> {
  return simulateScenario(drawScenario(seed), options).then(({ result }) => result);
}

/** Runs a scenario. `finalState` is undefined when the run did not become quiet. */
export async function simulateScenario(
  scenario: Scenario,
  { onTrace, decoratePorts = unchanged }: SimulateOptions,
): Promise<{ readonly result: SeedResult; readonly finalState: FinalState | undefined }> {
  const violations: Violation[] = [];
  const faults = new FaultInjector(scenario);
  const simulation = new Simulation(scenario.seed, { outcomeOf: faults.outcomeOf, ...(onTrace ? { onTrace } : {}) });
  const shop = new SimulatedShop(
    simulation,
    (level, message, detail) =>
      onTrace?.(`${' '.repeat(14)}${level}: ${message} ${detail ? JSON.stringify(detail) : ''}`),
    (ports, of) => {
      const decorated = decoratePorts(ports, of);
      return { ...decorated, store: withRowChecks(decorated.store, (violation) => violations.push(violation)) };
    },
  );
  const workload = new Workload(scenario, shop.running, simulation.process('clients').runtimePorts);
  let finalState: FinalState | undefined;
  try {
    finalState = await run(scenario, { simulation, shop, workload, faults, violations });
  } catch (error) {
    violations.push(`the run failed: ${(error as Error).stack ?? String(error)}`);
  }
  shop.close();
  return { result: resultOf(scenario.seed, shop, faults, violations, finalState), finalState };
}

const unchanged: DecoratePorts = (ports) => ports;

interface Environment {
  readonly simulation: Simulation;
  readonly shop: SimulatedShop;
  readonly workload: Workload;
  readonly faults: FaultInjector;
  readonly violations: Violation[];
}

/** Set-up, faults, quiescence, checks, replay, checks. */
async function run(
  scenario: Scenario,
  { simulation, shop, workload, faults, violations }: Environment,
): Promise<FinalState | undefined> {
  for (const name of simulatedServices)
    for (let index = 0; index < scenario.processes[name]; index++) shop.start(name, index);
  await simulation.settled(workload.setUp(), setUpTimeout);
  faults.start(simulation, shop);
  await simulation.settled(workload.run(), workloadTimeout);
  await simulation.run(Math.max(0, faults.endsAt - simulation.elapsed));
  const pending = await pendingAfterRest(shop);
  violations.push(...pending.map((each) => `pending: ${each}`), ...shop.errors);
  if (pending.length > 0) return undefined;
  const finalState = await readFinalState(shop, workload.log);
  violations.push(...checkAll(finalState));
  if (violations.length === 0) violations.push(...(await replayAll(shop)));
  return finalState;
}

function resultOf(
  seed: number,
  shop: SimulatedShop,
  faults: FaultInjector,
  violations: readonly Violation[],
  finalState: FinalState | undefined,
): SeedResult {
  const { simulation } = shop;
  const orders = finalState?.rows(Orders) ?? [];
  return {
    seed,
    violations: [...new Set(violations)],
    traceHash: simulation.traceHash,
    orders: orders.length,
    confirmed: orders.filter(({ status }) => status === 'confirmed').length,
    messages: finalState?.records.length ?? 0,
    prunedMarks: Object.values(shop.databases).reduce((sum, { inbox }) => sum + inbox.prunedCount, 0),
    events: simulation.events,
    virtualSeconds: simulation.elapsed / 1_000,
    faults: Object.fromEntries(faults.injected),
  };
}
