import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.js';

/** Where deliveries may go. `any`: also http and addresses that are not public. */
export type WebhookTargets = 'public-https' | 'any';

/**
 * The form of the URLs with a plain host name, as a pattern. A public address instead of the name is accepted too, and
 * more with `any`. Encoded names (`xn--…`) are accepted where they decode, which no pattern can say.
 */
export const publicHttpsUrl = '^https://([a-z0-9]+(-[a-z0-9]+)*[.])+[a-z]+(:[1-9][0-9]{0,3})?(/[!"$-~]*)?$';

/** The host of a URL as a name or an address: IPv6 without its brackets. */
const hostOf = ({ hostname }: URL): string => hostname.replace(/^\[|\]$/g, '');

/** What is wrong with the URL of an endpoint; undefined where it can be called. The addresses of a name are checked at each call. */
export function urlProblem(text: string, targets: WebhookTargets): string | undefined {
  if (!URL.canParse(text)) return 'must be a URL';
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(targets === 'any' && url.protocol === 'http:')) return 'must be an https URL';
  if (url.username !== '' || url.password !== '') return 'must have no user and no password';
  if (url.hash !== '') return 'must have no fragment';
  if (targets === 'public-https' && isIP(hostOf(url)) !== 0 && !isPublicAddress(hostOf(url)))
    return 'must have a public address';
  return undefined;
}
