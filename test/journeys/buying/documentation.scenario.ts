import { beforeAll, describe, expect, it } from '@jest/globals';
import type { ProblemBody } from '@tradewind/service';
import { serviceParts } from '../../services/index.js';
import { aCustomer, type Customer } from '../api/customers.js';
import type { ShopFixture } from '../api/fixture.js';

/** All routes of the public API. The gateway forwards no others. */
const routes = Object.values(serviceParts).flatMap(({ api }) => Object.keys(api?.routes ?? {}));
/** Matches the calls that the route serves. */
const patternOf = (route: string): RegExp => new RegExp(`^${route.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const paths = [...new Set(routes.map((route) => route.slice(route.indexOf(' ') + 1)))];
/** A path that is a route itself is no id: `/products/archived` is not `/products/{id}`. */
const isRoute = (method: string, target: string): boolean =>
  routes.some((route) =>
    paths.includes(target) ? route === `${method} ${target}` : patternOf(route).test(`${method} ${target}`),
  );

interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: object }>> };
  readonly responses: Readonly<Record<string, object>>;
  readonly security?: readonly object[];
}

export const documentation = (fixture: () => ShopFixture): void => {
  describe('the OpenAPI document', () => {
    let operations: Map<string, Operation>;
    let visitor: Customer;
    beforeAll(async () => {
      const { anonymous } = fixture();
      const { body } = await anonymous.get<{ paths: Record<string, Record<string, Operation>> }>('/docs-json');
      operations = new Map(
        Object.entries(body.paths).flatMap(([path, verbs]) =>
          Object.entries(verbs).map(([verb, operation]) => [`${verb.toUpperCase()} ${path}`, operation] as const),
        ),
      );
      visitor = await aCustomer(anonymous.url);
    });

    it('lists exactly the public routes', () => expect([...operations.keys()].toSorted()).toEqual(routes.toSorted()));

    const withoutBody = [
      'POST /orders/{id}/cancel',
      'POST /payments/{id}/refunds/{refundId}/approve',
      'POST /payments/{id}/refunds/{refundId}/reject',
      'POST /users/me/email-verification',
    ];

    it('documents the request body and the error responses of every route', () => {
      for (const [route, { requestBody, responses }] of operations) {
        const takesBody = /^(POST|PUT|PATCH|DELETE .users.me$)/.test(route) && !withoutBody.includes(route);
        expect({ route, takesBody: requestBody !== undefined }).toEqual({ route, takesBody });
        expect({ route, responses: Object.keys(responses) }).toEqual({
          route,
          responses: expect.arrayContaining(['default', expect.stringMatching(/^2/)]),
        });
      }
    });

    // it would delete the account that the other calls use
    it.each(
      paths
        .flatMap((path) => methods.map((method) => `${method} ${path}`))
        .filter((route) => route !== 'DELETE /users/me'),
    )('agrees with the gateway about %s', async (route) => {
      const [method, path] = route.split(' ') as [string, string];
      const target = path.replaceAll(/\{\w+\}/g, '01991234-5678-7000-8000-00000000000a');
      const response = await visitor.send<ProblemBody | undefined>(method, target, method === 'GET' ? undefined : {});
      // 404 is also the response for a missing object: Nest's own message tells a missing route from it
      const exists =
        response.status !== 405 && !(response.status === 404 && response.body?.detail.startsWith('Cannot '));
      if (response.status === 405)
        expect(
          response.headers
            .get('allow')
            ?.split(', ')
            .filter((each) => each !== 'HEAD'),
        ).toEqual(methods.filter((each) => isRoute(each, target)).toSorted());
      expect({ route, exists, fault: response.status >= 500 }).toEqual({
        route,
        exists: isRoute(method, target),
        fault: false,
      });
    });
  });

  describe('the documentation page', () => {
    it('loads with all its files', async () => {
      const { anonymous } = fixture();
      const page = await anonymous.get<string>('/docs');
      expect(page.status).toBe(200);
      const parts = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(
        ([, part]) => new URL(part!, `${anonymous.url}/docs`),
      );
      expect(parts.length).toBeGreaterThan(3);
      for (const { pathname } of parts)
        expect({ pathname, status: (await anonymous.get(pathname)).status }).toEqual({ pathname, status: 200 });
    });
  });
};
