import type { MessageDescription, SagaDescription, ServiceDescription } from '@tradewind/messaging/internals';
import { rejectedValues } from './rejected-values.js';

/** A version of a service that runs, and what its database holds for later versions. */
export interface RunningService {
  readonly description: ServiceDescription;
  /** Instances of sagas that have not ended. */
  readonly openSagas: readonly { readonly saga: string; readonly version: number; readonly instances: number }[];
  /** Effects without a result. */
  readonly pendingEffects: readonly { readonly name: string; readonly count: number }[];
}

/** Why a service of the checkout cannot be deployed now. */
export interface DeployProblem {
  /** The service of the checkout. */
  readonly service: string;
  /** The service to deploy before; undefined where no order of deployments helps. */
  readonly first: string | undefined;
  /** The consumer group that would dead-letter a message; undefined for a problem of the service with its own rows. */
  readonly consumer?: string;
  readonly type?: string;
  /** Empty for the message as a whole. */
  readonly field?: string;
  readonly why: string;
}

/**
 * What is wrong with a deployment of these services beside those that run: every version of a service runs beside its next one for a while.
 * Both directions are compared: what the new version publishes with what runs and consumes it, and what it consumes with what runs and
 * publishes it.
 */
export const deployProblems = (
  checkout: readonly ServiceDescription[],
  running: readonly RunningService[],
): DeployProblem[] =>
  checkout.flatMap((service) => [
    ...running.flatMap(({ description }) => [
      ...conversation(service, description).map((problem) => ({
        ...problem,
        service: service.service,
        first: helps(description, checkout, (other) => conversation(service, other)),
      })),
      ...conversation(description, service).map((problem) => ({
        ...problem,
        service: service.service,
        first: helps(description, checkout, (other) => conversation(other, service)),
      })),
    ]),
    ...running
      .filter(({ description }) => description.service === service.service)
      .flatMap((before) => problemsOfRows(service, before))
      .map((why) => ({ service: service.service, first: undefined, why })),
  ]);

/** The service, where its version of the checkout is not the same problem, and it is another service. */
function helps(
  { service }: ServiceDescription,
  checkout: readonly ServiceDescription[],
  problemsWith: (other: ServiceDescription) => readonly unknown[],
): string | undefined {
  const next = checkout.find((each) => each.service === service);
  return next && problemsWith(next).length > 0 ? undefined : service;
}

type Rejected = Pick<Required<DeployProblem>, 'consumer' | 'type' | 'field' | 'why'>;

/** What the publisher may publish and a consumer would dead-letter. */
function conversation(publisher: ServiceDescription, consumer: ServiceDescription): Rejected[] {
  return publisher.publishes.flatMap((type) => {
    const message = messageOf(publisher, type)!;
    return consumer.consumers
      .filter(({ topics }) => topics.includes(message.topic))
      .flatMap(({ group }) =>
        rejections(message, messageOf(consumer, type), consumer).map((rejected) => ({
          consumer: group,
          type,
          ...rejected,
        })),
      );
  });
}

/** A message of a known type is read before it is ignored, so ignored types count too. */
function rejections(
  message: MessageDescription,
  known: MessageDescription | undefined,
  { topics }: ServiceDescription,
): Pick<Rejected, 'field' | 'why'>[] {
  if (!known) {
    const isSkipped = topics.find(({ name }) => name === message.topic)?.unknownTypes === 'skip';
    return isSkipped
      ? []
      : [{ field: '', why: `the type is not known, and unknown types on ${message.topic} are dead-lettered` }];
  }
  if (message.version < known.version) return []; // read through its upcasts
  if (message.readableSince > known.version)
    return [{ field: '', why: `it has version ${message.version}, and versions up to ${known.version} are read` }];
  return rejectedValues(known.schema, message.schema);
}

const messageOf = ({ messages }: ServiceDescription, type: string): MessageDescription | undefined =>
  messages.find((message) => message.type === type);

/** What the running version has left in the database and the checkout cannot go on with. */
function problemsOfRows(
  checkout: ServiceDescription,
  { description, openSagas, pendingEffects }: RunningService,
): string[] {
  const defined = (saga: string, version: number, { sagas }: ServiceDescription): SagaDescription | undefined =>
    sagas.find((each) => each.name === saga && each.version === version);
  return [
    ...openSagas.flatMap(({ saga, version, instances }) => {
      const now = defined(saga, version, checkout);
      const running = `${instances} ${instances === 1 ? 'instance' : 'instances'} of ${saga}, version ${version}, not ended`;
      if (!now) return [`${running}, and the checkout does not define that version: keep its steps under "older"`];
      const before = defined(saga, version, description);
      return before && pathOf(before) !== pathOf(now)
        ? [
            `${running}, and the steps of that version are others in the checkout: raise the version, and keep the old steps under "older"`,
          ]
        : [];
    }),
    ...pendingEffects
      .filter(({ name }) => !checkout.effects.some((effect) => effect.name === name))
      .map(
        ({ name, count }) =>
          `${count} pending ${count === 1 ? 'effect' : 'effects'} ${name}, which the checkout does not have: no instance would run them`,
      ),
  ];
}

/** The steps and their messages. Timeouts and retries may change while instances run. */
const pathOf = ({ steps }: SagaDescription): string =>
  JSON.stringify(
    steps.map(({ name, kind, command, success, failure, compensation, compensated }) => [
      name,
      kind,
      command,
      success,
      failure,
      compensation,
      compensated,
    ]),
  );

/** A problem as one sentence. */
export function problemText({ service, first, consumer, type, field, why }: DeployProblem): string {
  const order =
    first === undefined || first === service
      ? `${service} cannot be deployed in one step`
      : `deploy ${first} first, then ${service}`;
  if (consumer === undefined) return `${order}: ${why}`;
  return `${order}: the consumer ${consumer} would dead-letter ${type}: ${field ? `${field} ` : ''}${why}`;
}
