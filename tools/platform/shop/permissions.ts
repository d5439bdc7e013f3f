import { topics } from '@tradewind/contracts';
import type { BrokerPermission } from '@tradewind/messaging/internals';
import { permissionsOfReader, permissionsOfService } from '@tradewind/operations';
import { services, type ServiceDescription } from '../../services.js';

const all = Object.values(topics);

/** The topics that a service reads: those of its consumers, the signing keys, the data keys where it seals, the ended sessions, at the gateway the
 * instances. */
export const topicsReadBy = ({ database, sealsData, consumes = {} }: ServiceDescription): readonly string[] => [
  ...Object.values(consumes).flatMap((byTopic) => Object.keys(byTopic)),
  topics.userKeys.name,
  ...(sealsData ? [topics.userDataKeys.name] : []),
  ...(database === null ? [topics.platformInstances.name] : [topics.userRevocations.name]),
];

/** Topics to which every service publishes: its instances. */
const shared = all.filter(({ owner }) => owner === 'platform').map(({ name }) => name);

const ofOperator: readonly BrokerPermission[] = [
  {
    user: 'operator',
    resource: 'topic',
    name: '*',
    match: 'literal',
    operations: ['Create', 'Describe', 'DescribeConfigs'],
  },
  { user: 'operator', resource: 'group', name: '*', match: 'literal', operations: ['Describe'] },
];

/** What each service and tool of the shop may do at the brokers, from the list of services and the topics of the contracts. */
export const shopPermissions = (): readonly BrokerPermission[] => [
  ...services.flatMap((service) =>
    permissionsOfService({
      name: service.name,
      owns: all.filter(({ owner }) => owner === service.name).map(({ name }) => name),
      consumes: topicsReadBy(service),
      sharedWrites: shared,
    }),
  ),
  ...ofOperator,
  ...permissionsOfReader('audit', 'tradewind-audit'),
];
