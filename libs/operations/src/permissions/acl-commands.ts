import type { BrokerPermission } from '@tradewind/messaging/internals';

const quoted = (text: string): string => (/^[\w.,:-]+$/.test(text) ? text : `'${text}'`);

/** The permissions as commands of Kafka's `kafka-acls.sh`, one for each resource. `connection` is put before each, as `--bootstrap-server kafka:9093`. */
export const aclCommands = (permissions: readonly BrokerPermission[], connection: string): readonly string[] =>
  permissions.map(({ user, resource, name, match, operations }) =>
    [
      `kafka-acls.sh ${connection} --add --allow-principal ${quoted(`User:${user}`)}`,
      ...operations.map((operation) => `--operation ${operation}`),
      resource === 'cluster' ? '--cluster' : `--${resource} ${quoted(name)}`,
      ...(match === 'prefixed' ? ['--resource-pattern-type prefixed'] : []),
    ].join(' '),
  );
