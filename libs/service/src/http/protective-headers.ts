import type { RequestHandler } from 'express';

/** For answers that are not pages: a browser must neither run, embed nor reinterpret them. */
export const protectiveHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Keeps answers to a person, and answers to changes, out of every cache. */
export const keepOutOfCaches: RequestHandler = (request, response, next) => {
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (!isRead || request.headers.authorization !== undefined) response.setHeader('Cache-Control', 'no-store');
  next();
};
