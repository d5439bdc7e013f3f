import type { IncomingMessage, ServerResponse } from 'node:http';
import { endServerSpan, startServerSpan } from '@tradewind/service';
import { routeName } from '../domain/route-name.js';

/**
 * The span of a request that is forwarded; returns its headers for the service. Only a trusted caller's trace and baggage are taken over: others
 * could write into traces, and decide what is sampled.
 */
export function startRequestSpan(
  request: IncomingMessage,
  response: ServerResponse,
  isTrusted: boolean,
): readonly string[] {
  const { method = '', url = '' } = request;
  const span = startServerSpan(method, isTrusted ? request.headers : undefined);
  if (!span) return [];
  response.once('close', () =>
    endServerSpan(span, method, routeName(url), response.headersSent ? response.statusCode : undefined),
  );
  return span.headers;
}
