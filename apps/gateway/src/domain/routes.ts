/** The service of each first path segment, under `staff` of the first two, compared exactly. No other path is reachable from outside. */
const services: Readonly<Record<string, string>> = {
  users: 'user',
  auth: 'user',
  products: 'product',
  cart: 'cart',
  orders: 'order',
  'staff/orders': 'order',
  'staff/accounts': 'user',
  webhooks: 'order',
  payments: 'payment',
};

export const routedServices: readonly string[] = [...new Set(Object.values(services))];

/** The service of a request target (`/orders/1?x=y`), or undefined if it is not routed. */
export function serviceFor(target: string): string | undefined {
  if (target.charCodeAt(0) !== 47) return undefined;
  const end = endOfSegment(target, 1);
  const area = target.slice(1, target.startsWith('/staff/') ? endOfSegment(target, end + 1) : end);
  return Object.hasOwn(services, area) ? services[area] : undefined;
}

function endOfSegment(target: string, start: number): number {
  let end = start;
  for (; end < target.length; end++) {
    const char = target.charCodeAt(end);
    if (char === 47 || char === 63 || char === 35) break;
  }
  return end;
}

/** Log-in and refresh need no access token, and an expired token must not prevent them. */
export const skipsTokenCheck = (target: string): boolean => target.startsWith('/auth/');

/** The list of products and one product; not the pages of admins below them. */
const catalogue = /^\/products(\/(?!archived\/?$)[^/]*\/?)?$/;

/** Pages for everybody, and the registration: an access token that has expired or is unknown must not close them. */
export const admitsAnonymous = (method: string, target: string): boolean => {
  const [path = ''] = target.split(/[?#]/, 1);
  return method === 'GET' || method === 'HEAD' ? catalogue.test(path) : method === 'POST' && path === '/users';
};

/** The calls under /auth that every client makes often. Failed log-ins are limited by the user service. */
const oftenCalled = /^\/auth\/(login|refresh|logout)(\?|$)/;

/**
 * Requests with which registered addresses or tokens could be guessed, or that send e-mails, in every spelling of their path: registration, changes
 * of the account, and tokens of e-mails.
 */
export const isRegistration = (method: string, target: string): boolean =>
  (method === 'POST' || method === 'PATCH') &&
  (target.startsWith('/users') || (target.startsWith('/auth') && !oftenCalled.test(target)));
