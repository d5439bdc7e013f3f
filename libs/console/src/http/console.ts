import type { RuntimePorts } from '@tradewind/messaging/internals';
import { actingAs, OperatorError, type Databases } from '@tradewind/operations';
import { endedCookie, hasLogIn, operatorOf, sessionCookie, type Access, type OwnLogIn } from '../access/access.js';
import { logInPage } from './log-in-page.js';
import { includes, type Operator, type Role } from '../access/operator.js';
import { isSameOrigin } from '../access/same-site.js';
import { planHash, type AnyAction, type Action, type Plan } from '../actions/plan.js';
import { planPage } from '../actions/plan-page.js';
import { html, type Content } from '../html/html.js';
import { page } from '../html/page.js';
import type { Down, Readings } from '../readings/readings.js';
import type { AnyScreen, Screen } from '../screens/screen.js';
import { search, searchPage } from '../screens/search/search.screen.js';
import type { Search } from '../screens/search/search.js';
import { assets, assetNames } from './assets.js';
import { etagOf, matchesEtag } from './etag.js';
import { protectiveHeaders, type ConsoleRequest, type ConsoleResponse } from './exchange.js';
import { matchPath } from '../paths/paths.js';

export interface ConsoleParts {
  /** Of the system, in the title and above the sections. */
  readonly title: string;
  /** With which actions are carried out; screens read with `readings`. */
  readonly databases: Databases;
  readonly readings: Readings;
  readonly access: Access;
  readonly ports: RuntimePorts;
  readonly screens: readonly AnyScreen[];
  readonly actions: readonly AnyAction[];
  readonly search: Search | undefined;
  /** Errors of the console itself. */
  readonly log: (message: string, error: unknown) => void;
  readonly inBackground: (work: (signal: AbortSignal) => Promise<unknown>) => void;
}

type Answer = {
  readonly status: number;
  readonly title: string;
  readonly section?: string;
  readonly down?: readonly Down[];
  readonly content: Content;
};

/** The console without a server: answers requests. */
export class Console {
  constructor(private readonly parts: ConsoleParts) {}

  async respond(request: ConsoleRequest): Promise<ConsoleResponse> {
    try {
      return await this.#route(request);
    } catch (error) {
      if (!(error instanceof OperatorError)) this.parts.log(`${request.method} ${request.path} failed`, error);
      return this.#page(request, undefined, {
        status: error instanceof OperatorError ? 409 : 500,
        title: error instanceof OperatorError ? 'Not possible now' : 'This page failed',
        content: error instanceof OperatorError ? error.message : 'The log of the console has the reason.',
      });
    }
  }

  async #route(request: ConsoleRequest): Promise<ConsoleResponse> {
    const { method, path, headers, base } = request;
    const asset = method === 'GET' ? assets.get(path) : undefined;
    if (asset) return asset;
    if (method !== 'GET' && method !== 'HEAD' && method !== 'POST')
      return {
        ...this.#message(request, undefined, 405, 'Only GET and POST', ''),
        headers: { Allow: 'GET, HEAD, POST' },
      };
    if (method === 'POST' && !isSameOrigin(headers))
      return this.#message(request, undefined, 403, 'Refused', 'This form was not sent by a page of this console.');
    const { access } = this.parts;
    if (path === '/log-in' && method === 'POST' && hasLogIn(access)) return this.#logIn(request, access);
    if (path === '/log-out' && method === 'POST') return redirect(`${base}/`, { 'Set-Cookie': endedCookie(request) });
    const operator = await operatorOf(access, headers, this.parts.ports.clock.now());
    if (!operator) return this.#askToLogIn(request);
    if (path === '/search') return this.#search(request, operator);
    return (
      (await this.#screen(request, operator)) ??
      (await this.#action(request, operator)) ??
      this.#notFound(request, operator)
    );
  }

  async #screen(request: ConsoleRequest, operator: Operator): Promise<ConsoleResponse | undefined> {
    if (request.method === 'POST') return undefined;
    const { path, query, base } = request;
    for (const screen of this.parts.screens as unknown as readonly Screen<object>[]) {
      const params = matchPath(screen.path, path);
      if (!params) continue;
      const data = await screen.read(this.parts.readings, { params, query });
      if (!data) return undefined;
      if (query.get('format') === 'json') return this.#json(request, data);
      const may = (role: Role): boolean => includes(operator.role, role);
      const content = screen.draw(data, { base, query, params, operator, may });
      const { section } = screen;
      return this.#page(request, operator, {
        status: 200,
        title: screen.title(data),
        section,
        down: data.down,
        content,
      });
    }
    return undefined;
  }

  async #action(request: ConsoleRequest, operator: Operator): Promise<ConsoleResponse | undefined> {
    const { path, form, method, base } = request;
    for (const action of this.parts.actions as unknown as readonly Action[]) {
      const params = matchPath(action.path, path);
      if (!params) continue;
      if (!includes(operator.role, action.role))
        return this.#message(
          request,
          operator,
          403,
          'Not allowed',
          `This needs the role ${action.role}; yours is ${operator.role}.`,
        );
      const query = method === 'POST' ? form : request.query;
      const databases = actingAs(operator.name, this.parts.databases);
      const plan = await action.plan(databases, { params, query });
      if (!plan) return undefined;
      const reason = form.get('reason')?.trim() ?? '';
      const shown = (status: number, more: object = {}): ConsoleResponse =>
        this.#page(request, operator, {
          status,
          title: plan.title,
          section: action.section,
          content: planPage({ plan: withFields(plan, query), url: `${base}${path}`, base, reason, ...more }),
        });
      if (method !== 'POST') return shown(200);
      if (form.get('plan') !== planHash(plan)) return shown(409, { changed: true });
      if (reason === '') return shown(422, { withoutReason: true });
      const { ports, inBackground } = this.parts;
      await action.carryOut(plan, { databases, reason, ports, inBackground });
      return redirect(`${base}${plan.back}`);
    }
    return undefined;
  }

  async #search(request: ConsoleRequest, operator: Operator): Promise<ConsoleResponse> {
    const text = request.method === 'POST' ? (request.form.get('text') ?? '') : undefined;
    const { found, down } = await search(this.parts.readings, text ?? '', this.parts.search);
    if (request.query.get('format') === 'json') return this.#json(request, { found, down });
    const content = searchPage(request.base, text, found);
    return this.#page(request, operator, { status: 200, title: 'Search', section: '/search', down, content });
  }

  async #logIn(request: ConsoleRequest, access: OwnLogIn): Promise<ConsoleResponse> {
    const name = request.form.get('name') ?? '';
    const result = await access.logIn(name, request.form.get('password') ?? '', request.address);
    const to = request.form.get('to') ?? '';
    if ('refused' in result)
      return this.#page(request, undefined, { ...logInPage(request.base, to, name, result.refused), status: 401 });
    const cookie = sessionCookie(result, access.secret, this.parts.ports.clock.now(), request);
    // Only a path of this console: `to` comes from the form.
    const path = /^\/(?![/\\])[\x21-\x7e]*$/.test(to) ? to : '/';
    return redirect(`${request.base}${path}`, { 'Set-Cookie': cookie });
  }

  #askToLogIn(request: ConsoleRequest): ConsoleResponse {
    if (!hasLogIn(this.parts.access))
      return this.#message(request, undefined, 403, 'Not for you', 'The application does not know you as an operator.');
    const { path, query, method } = request;
    const to = method === 'GET' ? `${path}${query.size > 0 ? `?${query.toString()}` : ''}` : '';
    return this.#page(request, undefined, { ...logInPage(request.base, to), status: 401 });
  }

  #notFound(request: ConsoleRequest, operator: Operator): ConsoleResponse {
    return this.#message(
      request,
      operator,
      404,
      'Not here',
      'There is no such page, or what it showed is gone: handled, discarded or pruned.',
    );
  }

  #message(
    request: ConsoleRequest,
    operator: Operator | undefined,
    status: number,
    title: string,
    text: string,
  ): ConsoleResponse {
    return this.#page(request, operator, { status, title, content: text });
  }

  #page(
    request: ConsoleRequest,
    operator: Operator | undefined,
    { status, title, section, down, content }: Answer,
  ): ConsoleResponse {
    if (request.query.get('format') === 'json') return json(status, { error: title, message: String(content) });
    const { base } = request;
    const frame = {
      base,
      title,
      system: this.parts.title,
      operator,
      assets: assetNames,
      canLogOut: hasLogIn(this.parts.access),
    };
    const body = page(
      { ...frame, ...(section === undefined ? {} : { section }), ...(down ? { down } : {}) },
      typeof content === 'string'
        ? html`<header><h1>${title}</h1></header>
            <p>${content}</p>`
        : content,
    ).text;
    return conditional(request, { status, headers: { 'Content-Type': 'text/html; charset=utf-8' }, body });
  }

  #json(request: ConsoleRequest, data: object): ConsoleResponse {
    return conditional(request, json(200, data));
  }
}

/** The form carries the selection of the link that opened the plan. */
const withFields = (plan: Plan, query: URLSearchParams): Plan => ({
  ...plan,
  fields: Object.fromEntries([...query].filter(([name]) => !['plan', 'reason', 'format'].includes(name))),
});

const exact = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

const json = (status: number, data: object): ConsoleResponse => ({
  status,
  headers: { 'Content-Type': 'application/json; charset=utf-8' },
  body: JSON.stringify(data, exact, 2),
});

const redirect = (to: string, headers: Readonly<Record<string, string>> = {}): ConsoleResponse => ({
  status: 303,
  headers: { ...protectiveHeaders, ...headers, Location: to, 'Cache-Control': 'no-store' },
  body: '',
});

/** A reader that polls gets the body only when it has changed. */
function conditional(request: ConsoleRequest, response: ConsoleResponse): ConsoleResponse {
  const etag = etagOf(response.body);
  const headers = { ...protectiveHeaders, ...response.headers, ETag: etag, 'Cache-Control': 'private, no-cache' };
  return response.status === 200 && matchesEtag(request.headers['if-none-match'], etag)
    ? { status: 304, headers, body: '' }
    : { status: response.status, headers, body: response.body };
}
