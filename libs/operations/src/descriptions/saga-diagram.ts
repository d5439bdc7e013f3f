import type { SagaDescription, StepDescription } from '@tradewind/messaging/internals';

/**
 * The steps of a saga as a Mermaid state diagram: forward on the left, compensations beside it. A step that fails has changed nothing, so the
 * compensations begin before it; one that times out may have, so they begin with it.
 */
export function sagaDiagram({ steps, canBeCancelled }: SagaDescription): string {
  const point = steps.findIndex(({ kind }) => kind === 'point of no return');
  const compensationBefore = (end: number): string => {
    const newest = steps.slice(0, end).findLastIndex(({ compensation }) => compensation !== undefined);
    return newest < 0 ? 'failed' : `c${newest}`;
  };
  const after = (at: number): string => (at + 1 < steps.length ? `s${at + 1}` : 'completed');
  const canFail = point !== 0;
  return [
    'stateDiagram-v2',
    ...steps.map((step, at) => `  state "${stateName(step)}" as s${at}`),
    ...steps.flatMap((step, at) =>
      step.compensation === undefined ? [] : [`  state "compensate ${step.name}" as c${at}`],
    ),
    '  [*] --> s0',
    ...steps.flatMap((step, at) =>
      step.kind === 'step' ? forward(step, at, point >= 0 && at > point) : [`  s${at} --> ${after(at)}`],
    ),
    ...steps.flatMap((step, at) =>
      step.compensation === undefined
        ? []
        : [
            `  c${at} --> ${compensationBefore(at)} : ${step.compensated}`,
            `  c${at} --> c${at} : ${step.timeout}, forever`,
          ],
    ),
    '  completed --> [*]',
    ...(canFail ? ['  failed --> [*]'] : []),
  ].join('\n');

  function forward(step: StepDescription, at: number, isAfterPoint: boolean): string[] {
    const { success, failure, timeout, retries } = step;
    const lines = [`  s${at} --> ${after(at)} : ${success}`];
    if (failure !== undefined) lines.push(`  s${at} --> ${compensationBefore(at)} : ${failure}`);
    if (retries === 'forever') lines.push(`  s${at} --> s${at} : ${timeout}, forever`);
    else if (retries) lines.push(`  s${at} --> s${at} : ${timeout}, ${retries} times`);
    if (!isAfterPoint && retries !== 'forever')
      lines.push(`  s${at} --> ${compensationBefore(at + 1)} : ${timeout}${canBeCancelled ? ' or cancelled' : ''}`);
    return lines;
  }
}

const stateName = ({ name, kind, command }: StepDescription): string =>
  kind === 'step' ? `${name}: ${command ?? 'a command'}` : `${name} (point of no return)`;
