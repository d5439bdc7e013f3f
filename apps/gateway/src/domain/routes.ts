/** Which service answers what. The first segment of the path decides, to the letter: nothing else is reachable from outside. */
const services: Readonly<Record<string, string>> = {
  users: 'user',
  auth: 'user',
  products: 'product',
  cart: 'cart',
  orders: 'order',
  payments: 'payment',
};

export const routedServices: readonly string[] = [...new Set(Object.values(services))];

/** The service for a request target (`/orders/1?x=y`), or undefined where nothing is served. */
export function serviceFor(target: string): string | undefined {
  if (target.charCodeAt(0) !== 47) return undefined;
  let end = 1;
  for (; end < target.length; end++) {
    const char = target.charCodeAt(end);
    if (char === 47 || char === 63 || char === 35) break;
  }
  const first = target.slice(1, end);
  return Object.hasOwn(services, first) ? services[first] : undefined;
}

/** Whether the token of a call is looked at here: logging in needs none, and an old one must not keep anybody from a new one. */
export const wantsNoToken = (target: string): boolean => target.startsWith('/auth/');

/** Calls by which passwords or addresses could be guessed. Named by what is harmless, so that no other spelling of a path slips by. */
export const isGuessable = (method: string, target: string): boolean =>
  method === 'POST' &&
  (target.startsWith('/auth') || target.startsWith('/users')) &&
  target !== '/auth/refresh' &&
  target !== '/auth/logout';
