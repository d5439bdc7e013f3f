import type { ById } from './by-id.js';
import { checkCompensations, type ParticipantEffects } from './compensations.js';
import { declaredSagas, type DeclaredSaga } from './declared-sagas.js';
import { historyFault, stateOf, type ObservedTransition, type SagaHistory } from './saga-history.js';
import { Findings, type Section } from './section.js';
import { grouped } from './sorted-lists.js';

export interface SagaFacts {
  /** Sorted by their order. */
  readonly sagas: Iterable<SagaHistory>;
  /** Transitions of sagas that do not exist. */
  readonly orphans: readonly { readonly saga: string; readonly transitions: number }[];
  /** By order and type: the commands that its sagas published. */
  readonly commands: ById<Readonly<Record<string, number>>>;
  /** By order: what its participants did, by their events. */
  readonly effects: { get(order: string): ParticipantEffects | undefined };
  /** Orders that wait for an operator. */
  readonly waiting: ReadonlySet<string>;
}

/** G9: sagas make declared transitions only, on one path; a failed order is compensated once, and nothing after the point of no return. */
export function checkSagas({ sagas, orphans, commands, effects, waiting }: SagaFacts): Section {
  const findings = new Findings();
  for (const what of ['sagas', 'transitions', 'commands', 'compensations that took effect', 'skipped steps'])
    findings.count(what, 0);
  for (const { saga, transitions } of orphans)
    findings.report(`${transitions} transitions of a saga that does not exist`, { saga }, 'lost');
  const orders = new Set<string>();
  for (const [order, ofOrder] of grouped(sagas, ({ subject }) => subject)) {
    orders.add(order);
    for (const saga of ofOrder) {
      findings.count('sagas');
      findings.count('transitions', saga.transitions.length);
      checkHistory(saga, findings);
    }
    checkCommands(order, ofOrder, commands.get(order) ?? {}, findings);
    if (!waiting.has(order)) checkCompensations(order, ofOrder, effects.get(order), findings);
  }
  for (const order of commands.keys())
    if (!orders.has(order)) findings.report('commands for an order without a saga', { order });
  return findings.section('G9', 'sagas: declared transitions only, every compensation once');
}

function checkHistory(saga: SagaHistory, findings: Findings): void {
  const ids = { saga: saga.id, order: saga.subject };
  const declared = declaredSagas[`${saga.saga} ${saga.version}`];
  if (!declared) return findings.report(`an undeclared saga: ${saga.saga}, version ${saga.version}`, ids);
  for (const transition of saga.transitions) {
    const { from, to, cause, skipped } = transition;
    if (skipped) findings.count('skipped steps');
    if (!isDeclared(declared, transition)) findings.report(`undeclared: ${from} → ${to} (${cause})`, ids);
  }
  const fault = historyFault(saga.transitions, stateOf(saga));
  if (fault !== undefined) findings.report(fault, ids);
  const passed = saga.transitions.some(({ to }) => to === declared.pointOfNoReturn);
  if (passed && saga.transitions.some(({ to }) => to.startsWith('compensating ')))
    findings.report('it compensated something after its point of no return', ids);
}

const isDeclared = ({ transitions }: DeclaredSaga, observed: ObservedTransition): boolean =>
  transitions.some(
    ([from, to, ...causes]) => from === observed.from && to === observed.to && causes.includes(observed.cause),
  );

/** A saga publishes the command of a state once each time that it reaches the state. */
function checkCommands(
  order: string,
  sagas: readonly SagaHistory[],
  published: Readonly<Record<string, number>>,
  findings: Findings,
): void {
  const due: Record<string, number> = {};
  for (const { saga, version, transitions } of sagas) {
    const commands = declaredSagas[`${saga} ${version}`]?.commands ?? {};
    for (const { to } of transitions) {
      const command = commands[to];
      if (command !== undefined) due[command] = (due[command] ?? 0) + 1;
    }
  }
  for (const type of new Set([...Object.keys(due), ...Object.keys(published)])) {
    const [times, expected] = [published[type] ?? 0, due[type] ?? 0];
    findings.count('commands', times);
    if (times !== expected)
      findings.report(
        `${type} was published ${times} times, its sagas reached it ${expected} times`,
        { order },
        times > expected ? 'doubled' : 'lost',
      );
  }
}
