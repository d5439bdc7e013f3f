import { recovery } from '../../apps/user/src/recovery/recovery.js';
import { user as definition, UserModule as module } from '../../apps/user/src/user.module.js';
import { KeyRings, MailedTokens } from '../../apps/user/src/storage/tables.js';
import { choice, flag, optional, text } from './request-sample.js';
import type { ApiParts, ServiceParts } from './service-parts.js';

const email = text(254, { lines: true, long: `${'x'.repeat(250)}@example.com` });

const api: ApiParts = {
  routes: {
    'POST /users': 'everyone',
    'GET /users/me': 'customers',
    'PATCH /users/me': 'customers',
    'DELETE /users/me': 'customers',
    'GET /users/me/export': 'customers',
    'GET /users/me/sessions': 'customers',
    'DELETE /users/me/sessions/{id}': 'customers',
    'POST /staff/accounts': 'staff.write',
    'GET /staff/accounts': 'staff.read',
    'PATCH /staff/accounts/{id}': 'staff.write',
    'POST /auth/login': 'everyone',
    'POST /auth/refresh': 'everyone',
    'POST /auth/logout': 'everyone',
    'POST /auth/password-reset': 'everyone',
    'POST /auth/password-reset/confirm': 'everyone',
    'POST /users/me/password': 'customers',
    'POST /users/me/email-verification': 'customers',
    'POST /auth/email-confirmation': 'everyone',
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
      body: () => ({ email: 'zoe@example.com', name: 'Zoe', password: 'not the password' }),
      fields: { email: optional(email), name: optional(text(100)), password: optional(text(200, { lines: true })) },
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
    {
      route: 'POST /auth/password-reset',
      client: 'anonymous',
      path: () => '/auth/password-reset',
      body: () => ({ email: 'zoe@example.com' }),
      fields: { email: text(254, { lines: true }) },
    },
    {
      route: 'POST /auth/password-reset/confirm',
      client: 'anonymous',
      path: () => '/auth/password-reset/confirm',
      body: () => ({ token: 'x'.repeat(43), password: 'long enough' }),
      fields: { token: choice, password: text(200, { lines: true }) },
    },
    {
      route: 'DELETE /users/me',
      client: 'ann',
      path: () => '/users/me',
      body: () => ({ password: 'not the password' }),
      fields: { password: optional(text(200, { lines: true })) },
    },
    {
      route: 'POST /auth/email-confirmation',
      client: 'anonymous',
      path: () => '/auth/email-confirmation',
      body: () => ({ token: 'x'.repeat(43) }),
      fields: { token: choice },
    },
    {
      route: 'POST /users/me/password',
      client: 'ann',
      path: () => '/users/me/password',
      body: () => ({ currentPassword: 'not the password', password: 'long enough' }),
      fields: { currentPassword: text(200, { lines: true }), password: text(200, { lines: true }) },
    },
  ],
};

export const user: ServiceParts = {
  definition,
  module,
  recovery,
  api,
  notCompared: [KeyRings.name, MailedTokens.name], // the signing keys; tokens end with a recovery
};
