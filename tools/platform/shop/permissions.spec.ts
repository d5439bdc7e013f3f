import { describe, expect, it } from '@jest/globals';
import { topics } from '@tradewind/contracts';
import { toolUsers } from '../../kafka-users.js';
import { serviceNames } from '../../services.js';
import { shopPermissions } from './permissions.js';

const permissions = shopPermissions();
const writers = (name: string): string[] =>
  permissions
    .filter((each) => each.resource === 'topic' && [name, '*'].includes(each.name) && each.operations.includes('Write'))
    .map(({ user }) => user);

describe('the permissions of the shop', () => {
  it.each(Object.values(topics))('let only the owner write to $name', ({ name, owner }) =>
    expect(writers(name)).toEqual(owner === 'platform' ? serviceNames : [owner]),
  );
  it('let no user write to topics by a pattern', () =>
    expect(
      permissions.filter(
        ({ resource, name, match, operations }) =>
          resource === 'topic' && (name === '*' || match === 'prefixed') && operations.includes('Write'),
      ),
    ).toEqual([]));
  it('let the tools publish nothing', () =>
    expect(
      permissions.filter(
        ({ user, operations }) => (toolUsers as readonly string[]).includes(user) && operations.includes('Write'),
      ),
    ).toEqual([]));
  it('give no user the cluster, the deletion of topics, or their settings', () =>
    expect(
      permissions.filter(
        ({ resource, operations }) =>
          resource === 'cluster' ||
          operations.includes('AlterConfigs') ||
          (resource === 'topic' && operations.includes('Delete')),
      ),
    ).toEqual([]));
  it('have no permission of the user that needs none', () =>
    expect(permissions.filter(({ user }) => user === 'platform')).toEqual([]));
});
