import { recovery } from '../../apps/user/src/recovery/recovery.js';
import { user as definition, UserModule as module } from '../../apps/user/src/user.module.js';
import { KeyRings } from '../../apps/user/src/storage/tables.js';
import { optional, text } from './request-sample.js';
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
