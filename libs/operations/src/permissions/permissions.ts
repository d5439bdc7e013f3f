import type { BrokerPermission } from '@tradewind/messaging/internals';

/** A service, as far as the brokers see it. */
export interface ConnectedService {
  /** Its name: the user of its login, its consumer group, and with a dot the prefix of its other groups. */
  readonly name: string;
  /** The topics that only this service publishes to, with that of its dead letters. */
  readonly owns: readonly string[];
  /** The topics that it reads, besides its own. */
  readonly consumes: readonly string[];
  /** Topics that it publishes to beside others. */
  readonly sharedWrites?: readonly string[];
}

/**
 * What a service may do at the brokers, and nothing else: no other service can publish to its topics. It reads its own topics, to find
 * what was published before a crash, and adds partitions to them; it deletes offsets of its own groups in a recovery.
 */
export function permissionsOfService({
  name,
  owns,
  consumes,
  sharedWrites = [],
}: ConnectedService): readonly BrokerPermission[] {
  const topic = (topicName: string, operations: BrokerPermission['operations']): BrokerPermission => ({
    user: name,
    resource: 'topic',
    name: topicName,
    match: 'literal',
    operations,
  });
  const foreign = consumes.filter((each) => !owns.includes(each));
  return [
    ...owns.map((each) => topic(each, ['Read', 'Write', 'Alter', 'DescribeConfigs'])),
    ...foreign.map((each) => topic(each, ['Read', 'DescribeConfigs'])),
    ...sharedWrites.map((each) => topic(each, ['Write'])),
    { user: name, resource: 'group', name, match: 'literal', operations: ['Read', 'Delete'] },
    { user: name, resource: 'group', name: `${name}.`, match: 'prefixed', operations: ['Read', 'Delete'] },
  ];
}

/** What a tool that reads every topic and every offset may do: it can publish nothing and change nothing. */
export const permissionsOfReader = (user: string, readerGroups: string): readonly BrokerPermission[] => [
  { user, resource: 'topic', name: '*', match: 'literal', operations: ['Read', 'DescribeConfigs'] },
  { user, resource: 'group', name: '*', match: 'literal', operations: ['Describe'] },
  { user, resource: 'group', name: `${readerGroups}.`, match: 'prefixed', operations: ['Read'] },
];
