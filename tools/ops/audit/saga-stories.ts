import { declaredSagas, type DeclaredSaga } from './declared-sagas.js';
import { chainFault, standsAt, type Observed, type SagaStory } from './saga-story.js';
import { Findings, type Section } from './section.js';
import { checkUndone, type Happened } from './undone-once.js';

export interface StoryFacts {
  readonly sagas: readonly SagaStory[];
  /** Journals of sagas that are not there. */
  readonly orphans: readonly { readonly saga: string; readonly lines: number }[];
  /** By order and type: the commands that its sagas have said. */
  readonly commands: ReadonlyMap<string, Readonly<Record<string, number>>>;
  /** By order: what the participants say that they did. */
  readonly happened: ReadonlyMap<string, Happened>;
  readonly held: ReadonlySet<string>;
}

/** G9: sagas go the declared ways only, each in one piece; what was done is undone once where the order failed, and never after its point of no return. */
export function checkSagaStories({ sagas, orphans, commands, happened, held }: StoryFacts): Section {
  const findings = new Findings();
  for (const what of ['sagas', 'transitions', 'commands', 'undos that took effect', 'seen to by hand'])
    findings.count(what, 0);
  for (const { saga, lines } of orphans)
    findings.report(`${lines} lines in the journal of a saga that is not there`, { saga }, 'lost');
  const byOrder = new Map<string, SagaStory[]>();
  for (const story of sagas) {
    findings.count('sagas');
    findings.count('transitions', story.journal.length);
    checkStory(story, findings);
    const others = byOrder.get(story.subject);
    if (others) others.push(story);
    else byOrder.set(story.subject, [story]);
  }
  for (const [order, stories] of byOrder) {
    checkCommands(order, stories, commands.get(order) ?? {}, findings);
    if (!held.has(order)) checkUndone(order, stories, happened.get(order), findings);
  }
  for (const order of commands.keys())
    if (!byOrder.has(order)) findings.report('commands for an order without a saga', { order });
  return findings.section('G9', 'sagas: declared ways only, every undo once');
}

function checkStory(story: SagaStory, findings: Findings): void {
  const ids = { saga: story.id, order: story.subject };
  const declared = declaredSagas[`${story.saga} ${story.version}`];
  if (!declared)
    return findings.report(`a story that nobody has declared: ${story.saga}, version ${story.version}`, ids);
  for (const line of story.journal) {
    if (line.skipped) findings.count('seen to by hand');
    if (!isDeclared(declared, line)) findings.report(`undeclared: ${line.from} → ${line.to} (${line.cause})`, ids);
  }
  const fault = chainFault(story.journal, standsAt(story));
  if (fault !== undefined) findings.report(fault, ids);
  const passed = story.journal.some(({ to }) => to === declared.pointOfNoReturn);
  if (passed && story.journal.some(({ to }) => to.startsWith('undoing ')))
    findings.report('it has passed its point of no return, and undone something', ids);
}

const isDeclared = ({ transitions }: DeclaredSaga, line: Observed): boolean =>
  transitions.some(([from, to, ...causes]) => from === line.from && to === line.to && causes.includes(line.cause));

/** Each time that a saga comes to a position it says its command, once. */
function checkCommands(
  order: string,
  stories: readonly SagaStory[],
  said: Readonly<Record<string, number>>,
  findings: Findings,
): void {
  const due: Record<string, number> = {};
  for (const { saga, version, journal } of stories) {
    const says = declaredSagas[`${saga} ${version}`]?.says ?? {};
    for (const { to } of journal) if (says[to] !== undefined) due[says[to]] = (due[says[to]] ?? 0) + 1;
  }
  for (const type of new Set([...Object.keys(due), ...Object.keys(said)])) {
    const [is, wanted] = [said[type] ?? 0, due[type] ?? 0];
    findings.count('commands', is);
    if (is !== wanted)
      findings.report(
        `${type} was said ${is} times, its sagas came to it ${wanted} times`,
        { order },
        is > wanted ? 'doubled' : 'lost',
      );
  }
}
