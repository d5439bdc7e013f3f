import type { ServiceDescription } from '@tradewind/messaging/internals';
import { sagaDiagram } from '@tradewind/operations';

/** A page with the diagram of every version of every saga. */
export const sagasPage = (descriptions: readonly ServiceDescription[]): string =>
  [
    '# Sagas',
    'Written by `npm run contracts` from the definitions of the sagas. Every arrow has what moves a saga along it: a reply, or how long it waits.',
    ...descriptions.flatMap(({ service, sagas }) =>
      sagas.flatMap((saga) => [
        `## ${saga.name}, version ${saga.version}`,
        `Of \`${service}\`, about a row of \`${saga.subjects}\`.${saga.current ? '' : ' Only ends instances that run.'}`,
        ['```mermaid', sagaDiagram(saga), '```'].join('\n'),
        stepTable(saga),
      ]),
    ),
    '',
  ]
    .join('\n\n')
    .replace(/\n+$/, '\n');

const code = (type: string | null | undefined): string => (type ? `\`${type}\`` : '');

const stepTable = ({ steps }: ServiceDescription['sagas'][number]): string =>
  [
    '| step | command | success | failure | compensation | compensated | timeout | retries |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...steps.map((step) =>
      step.kind === 'step'
        ? `| ${step.name} | ${[step.command, step.success, step.failure, step.compensation, step.compensated].map(code).join(' | ')} | ${step.timeout} | ${step.retries} |`
        : `| **${step.name}**: point of no return | | | | | | | |`,
    ),
  ].join('\n');
