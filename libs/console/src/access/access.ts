import type { IncomingHttpHeaders } from 'node:http';
import type { Operator } from './operator.js';
import { cookieName, cookieOf, openSession, sealSession, sessionMs } from './session.js';

/** The log-in failed; the message is shown to the person. */
export interface LogInRefused {
  readonly refused: string;
}

/** The application knows who sends a request, for example by its own session or a header of its proxy. */
export interface OwnAuthentication {
  /** Undefined for a person who may not see the console. */
  authenticate(request: {
    readonly headers: IncomingHttpHeaders;
  }): Promise<Operator | undefined> | Operator | undefined;
}

/** The console has a log-in form of its own. */
export interface OwnLogIn {
  logIn(name: string, password: string, address: string): Promise<Operator | LogInRefused>;
  /** Signs the session's cookie: at least 32 characters, the same for all instances. */
  readonly secret: string;
}

/** Who may see the console, and act in it. */
export type Access = OwnAuthentication | OwnLogIn;

export const hasLogIn = (access: Access): access is OwnLogIn => 'logIn' in access;

export function checkAccess(access: Access | undefined): asserts access is Access {
  if (access === undefined)
    throw new TypeError('the console needs `access`: { authenticate } of your application, or { logIn, secret }');
  if (hasLogIn(access) && !(access.secret.length >= 32))
    throw new TypeError('the `secret` of the console must have at least 32 characters');
}

export const operatorOf = (
  access: Access,
  headers: IncomingHttpHeaders,
  now: Date,
): Promise<Operator | undefined> | Operator | undefined =>
  hasLogIn(access)
    ? openSession(cookieOf(headers.cookie, cookieName), access.secret, now)
    : access.authenticate({ headers });

interface CookieScope {
  readonly base: string;
  readonly secure: boolean;
}

const cookie = (value: string, maxAge: number, { base, secure }: CookieScope): string =>
  `${cookieName}=${value}; Path=${base || '/'}; Max-Age=${maxAge}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;

export const sessionCookie = (operator: Operator, secret: string, now: Date, scope: CookieScope): string =>
  cookie(sealSession(operator, secret, now), sessionMs / 1_000, scope);

export const endedCookie = (scope: CookieScope): string => cookie('', 0, scope);
