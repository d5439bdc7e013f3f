import { context } from '@opentelemetry/api';
import type { RequestHandler } from 'express';
import { routeOf } from '../http/routes.js';
import { endServerSpan, startServerSpan } from './server-span.js';

const silentPaths = new Set(['/healthz', '/readyz']);

/** A span for each request, active while it is answered. The caller's trace is taken over: only the gateway can reach a service. */
export const requestSpans: RequestHandler = (request, response, next) => {
  if (silentPaths.has(request.path)) return next();
  const { method } = request;
  const span = startServerSpan(method, request.headers);
  if (!span) return next();
  response.once('close', () =>
    endServerSpan(span, method, routeOf(request), response.headersSent ? response.statusCode : undefined),
  );
  context.with(span.context, next);
};
