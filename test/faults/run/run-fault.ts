import type { Fault, Result } from '../environment/fault.js';
import type { FaultEnvironment } from '../environment/environment.js';
import { ScenarioContext, type Extent } from '../environment/scenario-context.js';
import { Verdict } from './verdict.js';

/** Orders with an outcome before the fault starts, so that it hits a shop at work. */
const warmUp = 6;

/**
 * Runs one fault on a shop that trades: load, injections, healing, idle shop, audit. Invariants that always hold are checked during
 * the run. Never rejects: errors are part of the result.
 */
export async function runFault(
  environment: FaultEnvironment,
  fault: Fault,
  extent: Extent,
  log: (line: string) => void,
): Promise<Result> {
  const context = new ScenarioContext(environment, fault.id, extent, log);
  const verdict = new Verdict(fault, environment.knownViolations);
  const { counts } = environment.load;
  const { accepted } = counts;
  const earlierErrors = counts.errors.length;
  const { rounds } = environment.watch.report();
  try {
    environment.load.start(fault.pace);
    await context.waitForOrders(warmUp);
    await fault.run(context);
  } catch (error) {
    verdict.fail(`the scenario failed: ${error instanceof Error ? error.message : String(error)}`);
  }
  const healed = await environment.heal(fault.endsShop).then(
    () => true,
    (error: unknown) => verdict.fail(`the shop did not heal: ${String(error)}`),
  );
  await environment.load.stop();
  for (const error of counts.errors.slice(earlierErrors)) verdict.fail(`unexpected for a buyer: ${error}`);
  if (healed) await audit(environment, fault, context, verdict);
  await environment.watch.check();
  const watched = environment.watch.report();
  verdict.addViolations('always', watched.violations);
  if (Object.keys(context.injections).length === 0) verdict.fail('the fault was never injected');
  return {
    fault: fault.id,
    title: fault.title,
    injections: context.injections,
    orders: counts.accepted - accepted,
    recoverySeconds: context.recoverySeconds,
    checks: watched.rounds - rounds,
    notes: context.notes,
    ...verdict.result(),
  };
}

async function audit(
  environment: FaultEnvironment,
  fault: Fault,
  context: ScenarioContext,
  verdict: Verdict,
): Promise<void> {
  try {
    const report = await environment.audit(fault.endsShop);
    context.recoverySeconds = (performance.now() - context.lastInjectionAt) / 1_000;
    verdict.addAudit(report);
  } catch (error) {
    verdict.fail(`the audit failed: ${String(error)}`);
  }
}
