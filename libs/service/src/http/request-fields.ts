import { trace } from '@opentelemetry/api';
import type { Request, Response } from 'express';

/** The order in a path of the API. */
const ordersPath = /^\/orders\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:[/?#]|$)/;

/** The id of the order that a path is about: `/orders/{id}/cancel`. */
export const orderInPath = (path: string | undefined): string | undefined => ordersPath.exec(path ?? '')?.[1];

const headerText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** The order that a request is about, as its path or the Location of its answer says: what a log line is found by. */
export function requestFields(request: Request, response: Response): { readonly correlation_id?: string } {
  const id = orderInPath(request.path) ?? orderInPath(headerText(response.getHeader('location')));
  return id === undefined ? {} : { correlation_id: id };
}

/** The active span. */
export function spanFields(): { readonly trace_id?: string; readonly span_id?: string } {
  const span = trace.getActiveSpan()?.spanContext();
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}
