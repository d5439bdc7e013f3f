import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { RefundRequest, TakeRequest } from './decisions.js';

const bodyLimit = 16_384;

/** An invalid request, answered with its code and an instruction. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
  constructor(
    readonly code: number,
    message: string,
    readonly field?: string,
  ) {
    super(message);
  }
}

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Rejects a call without the key. Compares hashes, so that the time tells nothing about the key. */
export function requireKey({ headers }: IncomingMessage, apiKey: string): void {
  const sent = /^Bearer ([\w-]+)$/.exec(headers.authorization ?? '')?.[1] ?? '';
  if (!timingSafeEqual(hashOf(sent), hashOf(apiKey)))
    throw new BadRequest(401, 'the header Authorization must be "Bearer" and the key of PROVIDER_API_KEY');
}

/** Reads a JSON object of at most 16 kB. */
export async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  if (!/^application\/json *(?:;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new BadRequest(415, 'the body must be JSON, sent with Content-Type: application/json');
  const chunks: Buffer[] = [];
  let size = 0;
  // The stream stays open if the body is too long, so that the answer can be sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyLimit) throw new BadRequest(413, `the body is longer than ${bodyLimit} bytes`);
    chunks.push(chunk);
  }
  let body: unknown;
  try {
    body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new BadRequest(400, 'the body is not JSON');
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new BadRequest(400, 'the body is not a JSON object');
  return body as Record<string, unknown>;
}

type Body = Readonly<Record<string, unknown>>;

/** Unknown fields are rejected, so that card data is never accepted. */
function allowOnly(body: Body, ...names: readonly string[]): void {
  const unknown = Object.keys(body).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw new BadRequest(400, `this call accepts ${names.join(', ')} and no other field`, unknown.slice(0, 100));
}

function text(body: Body, field: string, limit: number): string {
  const value = body[field];
  // eslint-disable-next-line no-control-regex -- the check is for control characters
  if (typeof value === 'string' && value.length > 0 && value.length <= limit && !/[\u0000-\u001f\u007f]/.test(value))
    return value;
  throw new BadRequest(400, `${field} must be a text of 1 to ${limit} characters without control characters`, field);
}

function amount(body: Body): number {
  const value = body['amount'];
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new BadRequest(400, 'amount must be a whole number of minor units, 0 or more', 'amount');
}

function currency(body: Body): string {
  const value = body['currency'];
  if (typeof value === 'string' && /^[A-Z]{3}$/.test(value)) return value;
  throw new BadRequest(400, 'currency must be an ISO 4217 code such as GBP', 'currency');
}

const keyOf = (body: Body, field: string): string => text(body, field, 200);

export function readTake(body: Body, idempotencyKey: string | undefined): TakeRequest {
  allowOnly(body, 'key', 'amount', 'currency', 'method');
  const key = keyOf(body, 'key');
  if (idempotencyKey !== key)
    throw new BadRequest(400, 'the header Idempotency-Key must be present and equal to key', 'key');
  return { key, amount: amount(body), currency: currency(body), method: text(body, 'method', 100) };
}

export function readRefund(body: Body): RefundRequest {
  allowOnly(body, 'key', 'takeKey', 'amount', 'currency', 'reason');
  return {
    key: keyOf(body, 'key'),
    takeKey: keyOf(body, 'takeKey'),
    amount: amount(body),
    currency: currency(body),
    reason: text(body, 'reason', 500),
  };
}

export function readVoid(body: Body): string {
  allowOnly(body, 'key');
  return keyOf(body, 'key');
}

/** The key in `/operations/{key}`. */
export function readKey(segment: string): string {
  try {
    return keyOf({ key: decodeURIComponent(segment) }, 'key');
  } catch (error) {
    if (error instanceof URIError) throw new BadRequest(400, 'the key in the path is not percent-encoded UTF-8', 'key');
    throw error;
  }
}
