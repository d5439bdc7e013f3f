import type { IncomingHttpHeaders } from 'node:http';

/** A request, without what only a server of HTTP knows. */
export interface ConsoleRequest {
  readonly method: string;
  /** Below the console's own path, at least `/`. */
  readonly path: string;
  /** The path at which the console is mounted, as the browser sees it; empty at the root. */
  readonly base: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly form: URLSearchParams;
  /** Of the client. */
  readonly address: string;
  /** Over TLS. */
  readonly secure: boolean;
}

export interface ConsoleResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Of every response: nothing foreign is loaded, and no other page may embed or send anything. */
export const protectiveHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': policy,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};
