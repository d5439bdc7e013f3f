import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ProblemBody } from '@tradewind/service';
import { aPerson, type Person } from '../people.js';
import type { Scene } from '../scene.js';

/** The public API to the letter. What is not here is not reached through the gateway. */
const routes = [
  'POST /users',
  'GET /users/me',
  'PATCH /users/me',
  'DELETE /users/me',
  'POST /auth/login',
  'POST /auth/refresh',
  'POST /auth/logout',
  'GET /products',
  'POST /products',
  'GET /products/{id}',
  'PATCH /products/{id}',
  'POST /products/{id}/stock-adjustments',
  'GET /cart',
  'POST /cart/items',
  'PUT /cart/items/{productId}',
  'DELETE /cart/items/{productId}',
  'POST /cart/checkout',
  'POST /orders',
  'GET /orders',
  'GET /orders/{id}',
  'PATCH /orders/{id}',
  'POST /orders/{id}/cancel',
  'GET /orders/{id}/events',
  'GET /payments',
  'POST /payments/{id}/refunds',
  'POST /payments/webhooks/{provider}',
];
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const paths = [...new Set(routes.map((route) => route.slice(route.indexOf(' ') + 1)))];

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> };
  readonly responses: Readonly<Record<string, object>>;
  readonly security?: readonly object[];
}

export const documentation = (scene: () => Scene): void => {
  describe('the OpenAPI document', () => {
    let operations: Map<string, Operation>;
    let visitor: Person;
    beforeAll(async () => {
      const { nobody } = scene();
      const { body } = await nobody.get<{ paths: Record<string, Record<string, Operation>> }>('/docs-json');
      operations = new Map(
        Object.entries(body.paths).flatMap(([path, verbs]) =>
          Object.entries(verbs).map(([verb, operation]) => [`${verb.toUpperCase()} ${path}`, operation] as const),
        ),
      );
      visitor = await aPerson(nobody.url);
    });

    it('lists exactly the public routes', () => expect([...operations.keys()].toSorted()).toEqual(routes.toSorted()));

    it('tells of every route what may be sent, and what comes back when it goes wrong', () => {
      for (const [route, { requestBody, responses }] of operations) {
        const takesBody = /^(POST|PUT|PATCH)/.test(route) && !route.endsWith('/cancel');
        expect({ route, takesBody: requestBody !== undefined }).toEqual({ route, takesBody });
        expect({ route, answers: Object.keys(responses) }).toEqual({
          route,
          answers: expect.arrayContaining(['default', expect.stringMatching(/^2/)]),
        });
      }
    });

    // who is forgotten by it is nobody else's visitor
    it.each(
      paths
        .flatMap((path) => methods.map((method) => `${method} ${path}`))
        .filter((route) => route !== 'DELETE /users/me'),
    )('is right about %s', async (route) => {
      const [method, path] = route.split(' ') as [string, string];
      const target = path.replaceAll(/\{\w+\}/g, '01991234-5678-7000-8000-00000000000a');
      const answer = await visitor.send<ProblemBody | undefined>(method, target, method === 'GET' ? undefined : {});
      // 404 is also the answer for a thing that is not there: Nest's own words tell the route from the thing
      const exists = !(answer.status === 404 && answer.body?.detail.startsWith('Cannot '));
      expect({ route, exists, fault: answer.status >= 500 }).toEqual({
        route,
        exists: routes.includes(route),
        fault: false,
      });
    });
  });

  describe('the documentation page', () => {
    it('loads, with everything that it needs', async () => {
      const { nobody } = scene();
      const page = await nobody.get<string>('/docs');
      expect(page.status).toBe(200);
      const parts = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(
        ([, part]) => new URL(part!, `${nobody.url}/docs`),
      );
      expect(parts.length).toBeGreaterThan(3);
      for (const { pathname } of parts)
        expect({ pathname, status: (await nobody.get(pathname)).status }).toEqual({ pathname, status: 200 });
    });
  });
};
