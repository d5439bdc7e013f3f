import type { SagaDescription, ServiceDescription } from '@tradewind/messaging/internals';

const list = (texts: readonly string[]): string => (texts.length === 0 ? 'nothing' : texts.join(', '));

/** A description as lines for a person. */
export const descriptionText = ({
  service,
  consumers,
  publishes,
  messages,
  sagas,
  effects,
}: ServiceDescription): readonly string[] => {
  const versions = new Map(messages.map(({ type, version }) => [type, version]));
  const versioned = (type: string): string => ((versions.get(type) ?? 1) > 1 ? `${type} v${versions.get(type)}` : type);
  return [
    service,
    `  publishes: ${list(publishes.map(versioned))}`,
    ...consumers.flatMap(({ group, topics, handles, ignores }) => [
      `  consumer ${group}, on ${list(topics)}`,
      ...(['policy', 'projection'] as const).flatMap((kind) => {
        const ofKind = handles.filter((each) => each.kind === kind).map(({ type }) => versioned(type));
        return ofKind.length === 0 ? [] : [`    ${kind}: ${list(ofKind)}`];
      }),
      ...(ignores.length === 0 ? [] : [`    ignores: ${list(ignores)}`]),
    ]),
    ...sagas.flatMap(sagaText),
    ...(effects.length === 0 ? [] : [`  effects: ${list(effects.map(({ name }) => name))}`]),
  ];
};

const sagaText = ({ name, version, current, steps }: SagaDescription): readonly string[] => [
  `  saga ${name}, version ${version}${current ? '' : ', which only ends running instances'}`,
  ...steps.map((step) =>
    step.kind === 'step'
      ? `    ${step.name}: ${step.command ?? 'a command'} → ${list([step.success, step.failure].filter((type) => type !== undefined))}, within ${step.timeout}, ${step.retries === 'forever' ? 'retried forever' : `${step.retries} retries`}${step.compensation === undefined ? '' : `; compensated by ${step.compensation ?? 'a command'} → ${step.compensated}`}`
      : `    ${step.name}: the point of no return`,
  ),
];
