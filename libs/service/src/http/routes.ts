import type { Application, Request, RequestHandler } from 'express';
import { problem, type Problem } from './problem.js';

interface RouteLayer {
  readonly route?: { readonly path: unknown; readonly methods: Readonly<Record<string, boolean>> };
  match(path: string): boolean;
}

type Routes = Pick<Application, 'router'>;

/** A path that cannot be decoded belongs to no route. */
function matches(layer: RouteLayer, path: string): boolean {
  try {
    return layer.match(path);
  } catch {
    return false;
  }
}

const routesOf = (app: Routes, path: string) =>
  (app.router.stack as unknown as RouteLayer[]).flatMap((layer) =>
    layer.route && matches(layer, path) ? [layer.route] : [],
  );

/** The routes whose pattern is this path, if there are any: `/products/archived` is not a product. */
function ownRoutes(app: Routes, path: string) {
  const routes = routesOf(app, path);
  const plain = path.toLowerCase().replace(/\/$/, '');
  const exact = routes.filter((route) => route.path === plain);
  return exact.length > 0 ? exact : routes;
}

/** The methods of the routes with this path, for the header Allow; empty if no route has it. */
export function allowedMethods(app: Routes, path: string): string[] {
  const methods = new Set(
    ownRoutes(app, path).flatMap((route) => Object.keys(route.methods).map((method) => method.toUpperCase())),
  );
  if (methods.has('GET')) methods.add('HEAD');
  return [...methods].sort();
}

/** The pattern of the route that a request will have (`/orders/:id`), before it is routed; undefined without a route. */
export const patternOf = (app: Routes, method: string, path: string): string | undefined => {
  const pattern = routesOf(app, path).find(({ methods }) => methods[method.toLowerCase()] === true)?.path;
  return typeof pattern === 'string' ? pattern : undefined;
};

/**
 * The pattern of the request's route, once it is routed; `unmatched` without one. For labels and logs: it has few values and no text of the
 * client, unlike the path.
 */
export const routeOf = (request: Request): string => {
  const { route } = request as { route?: { path?: unknown } };
  return typeof route?.path === 'string' ? `${request.baseUrl}${route.path}` : 'unmatched';
};

const methodNotAllowed = (method: string, allowed: readonly string[]): Problem =>
  problem(405, 'method-not-allowed', `${method} is not a method of this path: it has ${allowed.join(', ')}`);

/** Answers 405 to a method that no route of the path has, before a body is read. A path without routes goes on, to pages that are not Nest's. */
export const refuseOtherMethods: RequestHandler = (request, response, next) => {
  const allowed = allowedMethods(request.app, request.path);
  if (allowed.length === 0 || allowed.includes(request.method) || request.method === 'OPTIONS') return next();
  response.setHeader('Allow', allowed.join(', '));
  next(methodNotAllowed(request.method, allowed));
};
