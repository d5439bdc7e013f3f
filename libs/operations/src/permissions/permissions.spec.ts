import { describe, expect, it } from '@jest/globals';
import { aclCommands } from './acl-commands.js';
import { permissionsOfReader, permissionsOfService } from './permissions.js';

const shipping = permissionsOfService({
  name: 'shipping',
  owns: ['shipping.events', 'shipping.dlq'],
  consumes: ['order.events', 'shipping.events'],
  sharedWrites: ['instances'],
});
const ofTopic = (name: string) => shipping.filter((each) => each.resource === 'topic' && each.name === name);

describe('the permissions of a service', () => {
  it('let it write to its own topics', () =>
    expect(ofTopic('shipping.dlq')[0]?.operations).toEqual(['Read', 'Write', 'Alter', 'DescribeConfigs']));
  it('let it read what it consumes, and not write there', () =>
    expect(ofTopic('order.events')[0]?.operations).toEqual(['Read', 'DescribeConfigs']));
  it('name an own topic once, also where it consumes it', () => expect(ofTopic('shipping.events')).toHaveLength(1));
  it('let it write to a shared topic only', () => expect(ofTopic('instances')[0]?.operations).toEqual(['Write']));
  it('let it join its own groups', () =>
    expect(shipping.filter(({ resource }) => resource === 'group').map(({ name, match }) => [name, match])).toEqual([
      ['shipping', 'literal'],
      ['shipping.', 'prefixed'],
    ]));
  it('contain nothing about the cluster, and no pattern of topics', () =>
    expect(
      shipping.filter(
        ({ resource, name, match }) =>
          resource === 'cluster' || name === '*' || (resource === 'topic' && match === 'prefixed'),
      ),
    ).toEqual([]));
});

describe('the permissions of a reader', () => {
  it('change nothing', () =>
    expect(new Set(permissionsOfReader('audit', 'audit').flatMap(({ operations }) => operations))).toEqual(
      new Set(['Read', 'Describe', 'DescribeConfigs']),
    ));
});

describe('the commands of the permissions', () => {
  it('are those of kafka-acls', () =>
    expect(aclCommands([...shipping.slice(0, 1), ...shipping.slice(-1)], '--bootstrap-server kafka:9093')).toEqual([
      'kafka-acls.sh --bootstrap-server kafka:9093 --add --allow-principal User:shipping --operation Read --operation Write --operation Alter --operation DescribeConfigs --topic shipping.events',
      'kafka-acls.sh --bootstrap-server kafka:9093 --add --allow-principal User:shipping --operation Read --operation Delete --group shipping. --resource-pattern-type prefixed',
    ]));
  it('keep a pattern from the shell', () =>
    expect(aclCommands(permissionsOfReader('audit', 'audit').slice(0, 1), '')[0]).toContain("--topic '*'"));
});
