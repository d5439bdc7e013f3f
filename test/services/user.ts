import { recovery } from '../../apps/user/src/recovery/recovery.js';
import { user as definition, UserModule as module } from '../../apps/user/src/user.module.js';
import { KeyRings } from '../../apps/user/src/storage/tables.js';
import { choice, flag, optional, text } from './request-sample.js';
import type { ApiParts, ServiceParts } from './service-parts.js';

const email = text(254, { lines: true, long: `${'x'.repeat(250)}@example.com` });

const api: ApiParts = {
  routes: {
    'POST /users': 'everyone',
    'GET /users/me': 'customers',
    'PATCH /users/me': 'customers',
    'DELETE /users/me': 'customers',
    'GET /users/me/sessions': 'customers',
    'DELETE /users/me/sessions/{id}': 'customers',
    'POST /staff/accounts': 'staff.write',
    'GET /staff/accounts': 'staff.read',
    'PATCH /staff/accounts/{id}': 'staff.write',
    'POST /auth/login': 'everyone',
    'POST /auth/refresh': 'everyone',
    'POST /auth/logout': 'everyone',
  },
  bodies: [
    {
      route: 'POST /users',
      client: 'anonymous',
      path: () => '/users',
      body: () => ({ email: 'zoe@example.com', password: 'long enough', name: 'Zoe' }),
      fields: { email, password: text(200, { lines: true }), name: text(100) },
    },
    {
      route: 'PATCH /users/me',
      client: 'ann',
      path: () => '/users/me',
      body: () => ({ email: 'zoe@example.com', name: 'Zoe' }),
      fields: { email: optional(email), name: optional(text(100)) },
    },
    {
      route: 'POST /staff/accounts',
      client: 'admin',
      path: () => '/staff/accounts',
      body: () => ({ email: 'zoe@example.com', password: 'long enough', name: 'Zoe', role: 'support' }),
      fields: { email, password: text(200, { lines: true }), name: text(100), role: choice },
    },
    {
      route: 'PATCH /staff/accounts/{id}',
      client: 'admin',
      // Of no member of staff: also a valid body changes nothing.
      path: ({ productId }) => `/staff/accounts/${productId}`,
      body: () => ({ role: 'support', disabled: false }),
      fields: { role: optional(choice), disabled: optional(flag) },
    },
    {
      route: 'POST /auth/login',
      client: 'anonymous',
      path: () => '/auth/login',
      body: () => ({ email: 'zoe@example.com', password: 'long enough' }),
      fields: { email: text(254, { lines: true }), password: text(200, { lines: true }) },
    },
    {
      route: 'POST /auth/refresh',
      client: 'anonymous',
      path: () => '/auth/refresh',
      body: () => ({ refreshToken: 'x' }),
      fields: { refreshToken: text(100, { lines: true }) },
    },
    {
      route: 'POST /auth/logout',
      client: 'anonymous',
      path: () => '/auth/logout',
      body: () => ({ refreshToken: 'x' }),
      fields: { refreshToken: text(100, { lines: true }) },
    },
  ],
};

export const user: ServiceParts = {
  definition,
  module,
  recovery,
  api,
  changedByStart: [KeyRings.name], // the signing keys
};
