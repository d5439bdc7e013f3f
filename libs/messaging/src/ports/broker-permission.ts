/** What a user may do at the brokers, as Kafka names it. */
export type BrokerOperation =
  'Read' | 'Write' | 'Create' | 'Delete' | 'Alter' | 'Describe' | 'DescribeConfigs' | 'AlterConfigs';

/** A permission of one user for a resource of the brokers. Becomes one ACL for each operation. */
export interface BrokerPermission {
  /** The user name of the login. */
  readonly user: string;
  readonly resource: 'topic' | 'group' | 'cluster';
  /** The name of the resource; `*` for every one, `kafka-cluster` for the cluster. */
  readonly name: string;
  /** `prefixed`: every resource whose name begins with `name`. */
  readonly match: 'literal' | 'prefixed';
  readonly operations: readonly BrokerOperation[];
}
