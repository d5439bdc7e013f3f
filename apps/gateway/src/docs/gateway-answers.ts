import { addLinks, problemResponse } from '@tradewind/service';
import type { ApiDocument } from './merge-documents.js';

/** As another service wrote it: any part may be missing. */
interface Operation {
  readonly requestBody?: object;
  readonly responses?: Record<string, object>;
}

/** Adds what the gateway answers in place of a service, and the links between operations of different services. */
export function addGatewayAnswers(document: ApiDocument): ApiDocument {
  for (const item of Object.values(document.paths ?? {}))
    for (const { requestBody, responses } of Object.values(item as Record<string, Operation>)) {
      if (!responses) continue;
      if (requestBody) responses['408'] ??= problemResponse(408, 'The body did not arrive in time.');
      responses['429'] ??= problemResponse(429, 'Too many requests from this address or person.');
      responses['502'] ??= problemResponse(502, 'The service failed during the call: its outcome is unknown.');
      responses['504'] ??= problemResponse(504, 'The service did not answer in time: the outcome is unknown.');
    }
  addLinks(document);
  return document;
}
