import kafkajs, { type AclEntry } from 'kafkajs';
import type { BrokerOperation, BrokerPermission } from '../../ports/broker-permission.js';
import { KafkajsConnection } from './kafkajs-connection.js';
import type { KafkaSettings } from './kafkajs-settings.js';

/** What a synchronization changed at the brokers, in ACLs. */
export interface AclChanges {
  readonly created: number;
  readonly removed: number;
}

const requestTimeoutMs = 8_000;

const resourceTypes = {
  topic: kafkajs.AclResourceTypes.TOPIC,
  group: kafkajs.AclResourceTypes.GROUP,
  cluster: kafkajs.AclResourceTypes.CLUSTER,
};

const operations: Record<BrokerOperation, kafkajs.AclOperationTypes> = {
  Read: kafkajs.AclOperationTypes.READ,
  Write: kafkajs.AclOperationTypes.WRITE,
  Create: kafkajs.AclOperationTypes.CREATE,
  Delete: kafkajs.AclOperationTypes.DELETE,
  Alter: kafkajs.AclOperationTypes.ALTER,
  Describe: kafkajs.AclOperationTypes.DESCRIBE,
  DescribeConfigs: kafkajs.AclOperationTypes.DESCRIBE_CONFIGS,
  AlterConfigs: kafkajs.AclOperationTypes.ALTER_CONFIGS,
};

/** One ACL for each operation, in the form of kafkajs. */
const entriesOf = ({ user, resource, name, match, operations: allowed }: BrokerPermission): AclEntry[] =>
  allowed.map((operation) => ({
    resourceType: resourceTypes[resource],
    resourceName: name,
    resourcePatternType: kafkajs.ResourcePatternTypes[match === 'literal' ? 'LITERAL' : 'PREFIXED'],
    principal: `User:${user}`,
    host: '*',
    operation: operations[operation],
    permissionType: kafkajs.AclPermissionTypes.ALLOW,
  }));

const textOf = (entry: AclEntry): string =>
  [
    entry.resourceType,
    entry.resourceName,
    entry.resourcePatternType,
    entry.principal,
    entry.host,
    entry.operation,
    entry.permissionType,
  ].join('\n');

/**
 * Makes the ACLs of the brokers those of the permissions: creates missing ones, then removes the others of the same users. With
 * `onlyThese`, it removes those of all other users as well. Can be repeated. Needs a login that may alter the cluster.
 */
export async function applyPermissions(
  settings: KafkaSettings,
  permissions: readonly BrokerPermission[],
  { onlyThese = false }: { readonly onlyThese?: boolean } = {},
): Promise<AclChanges> {
  const connection = new KafkajsConnection(settings, requestTimeoutMs, () => undefined);
  try {
    const admin = connection.kafka.admin();
    await connection.open(admin.connect());
    const wanted = new Map(permissions.flatMap(entriesOf).map((entry) => [textOf(entry), entry]));
    const { resources } = await admin.describeAcls({
      resourceType: kafkajs.AclResourceTypes.ANY,
      resourcePatternType: kafkajs.ResourcePatternTypes.ANY,
      operation: kafkajs.AclOperationTypes.ANY,
      permissionType: kafkajs.AclPermissionTypes.ANY,
    });
    const existing = resources.flatMap(({ acls, ...resource }) =>
      acls.map((acl): AclEntry => ({ ...resource, ...acl })),
    );
    const known = new Set(existing.map(textOf));
    const users = new Set([...wanted.values()].map(({ principal }) => principal));
    const missing = [...wanted].filter(([text]) => !known.has(text)).map(([, entry]) => entry);
    const obsolete = existing.filter(
      (entry) => !wanted.has(textOf(entry)) && (onlyThese || users.has(entry.principal)),
    );
    if (missing.length > 0) await admin.createAcls({ acl: missing });
    if (obsolete.length > 0) await admin.deleteAcls({ filters: obsolete });
    await admin.disconnect();
    return { created: missing.length, removed: obsolete.length };
  } catch (error) {
    throw await connection.explain(error, { operation: 'Alter' });
  } finally {
    connection.close();
  }
}
