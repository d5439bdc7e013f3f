import { describe, expect, it } from '@jest/globals';
import { systemPorts } from '@tradewind/messaging/internals';
import { OperatorError, type Databases } from '@tradewind/operations';
import type { OwnLogIn } from '../access/access.js';
import type { Role } from '../access/operator.js';
import { action, type Plan } from '../actions/plan.js';
import { html } from '../html/html.js';
import { Readings } from '../readings/readings.js';
import { screen } from '../screens/screen.js';
import { Console } from './console.js';
import type { ConsoleRequest, ConsoleResponse } from './exchange.js';

const access: OwnLogIn = {
  secret: 'a secret of at least thirty-two characters',
  logIn: (name, password) =>
    Promise.resolve(password === 'open' ? { id: '1', name, role: name as Role } : { refused: 'wrong <b>' }),
};

/** A console with one screen, that lists boxes, and one action, that opens them. */
function opened() {
  const boxes = ['red'];
  const done: { reason: string; databases: Databases }[] = [];
  const console = new Console({
    title: 'Test',
    databases: { order: 'postgres://a@b/c' },
    readings: new Readings({}, systemPorts.clock),
    access,
    ports: systemPorts,
    screens: [
      screen<{ boxes: readonly string[] }>({
        path: '/boxes/:colour?',
        section: '/',
        read: (_readings, { params: { colour } }) =>
          Promise.resolve(
            colour === 'none' ? undefined : { boxes, down: [{ service: 'cart', reason: 'refused <i>' }] },
          ),
        title: () => 'Boxes',
        draw: ({ boxes: all }) => html`<p>${all.join()}</p>`,
      }),
    ],
    actions: [
      action<Plan>({
        path: '/open',
        section: '/',
        role: 'operator',
        plan: (_databases, { query }) => {
          if (query.get('box') === 'welded') throw new OperatorError('it is welded');
          const would = boxes.map((box) => `open ${box}`);
          return Promise.resolve({ title: 'Open', would, selection: boxes, verb: 'Open', back: '/boxes' });
        },
        carryOut: (_plan, carrier) => Promise.resolve(void done.push(carrier)),
      }),
    ],
    search: undefined,
    log: () => undefined,
    inBackground: () => undefined,
  });
  const send = (method: string, target: string, more: Partial<ConsoleRequest> = {}): Promise<ConsoleResponse> => {
    const { pathname, searchParams } = new URL(target, 'http://console');
    const headers = { 'sec-fetch-site': 'same-origin', ...more.headers };
    const rest = { base: '/admin', form: new URLSearchParams(), address: '::1', secure: true };
    return console.respond({ ...rest, ...more, method, path: pathname, query: searchParams, headers });
  };
  const logIn = (form: Record<string, string>): Promise<ConsoleResponse> =>
    send('POST', '/log-in', { form: new URLSearchParams(form) });
  const as = async (role: string): Promise<{ cookie: string }> => ({
    cookie: (await logIn({ name: role, password: 'open' })).headers['Set-Cookie']!.split(';')[0]!,
  });
  return { boxes, done, send, logIn, as };
}

describe('the log-in', () => {
  it('sets a cookie that other sites and scripts do not get', async () =>
    expect((await opened().logIn({ name: 'viewer', password: 'open' })).headers['Set-Cookie']).toMatch(
      /; Path=\/admin; Max-Age=7200; HttpOnly; SameSite=Strict; Secure$/,
    ));
  it('says why it failed, as text', async () => {
    const { status, body } = await opened().logIn({ name: 'viewer', password: 'x' });
    expect([status, body.includes('wrong &lt;b&gt;')]).toEqual([401, true]);
  });
  it.each([
    ['/boxes?a=b', '/admin/boxes?a=b'],
    ['//evil.example', '/admin/'],
    ['/\\evil.example', '/admin/'],
    ['https://evil.example', '/admin/'],
    ['/a\r\nSet-Cookie: x', '/admin/'],
  ])('leads from %j to %s', async (to, location) =>
    expect((await opened().logIn({ name: 'viewer', password: 'open', to })).headers['Location']).toBe(location),
  );
  it('is asked for before anything is read', async () => {
    const { status, body } = await opened().send('GET', '/boxes?format=html');
    expect(status).toBe(401);
    expect(body).toContain('value="/boxes?format=html"');
  });
});

describe('a screen', () => {
  it('is a page, and names what is missing, as text', async () => {
    const { send, as } = opened();
    const { status, body, headers } = await send('GET', '/boxes', { headers: await as('viewer') });
    expect(status).toBe(200);
    expect(body).toContain('<b>cart</b> is missing on this page: refused &lt;i&gt;');
    expect(headers['Content-Security-Policy']).toContain("default-src 'none'");
  });
  it('is its data as JSON', async () => {
    const { send, as } = opened();
    const { body } = await send('GET', '/boxes?format=json', { headers: await as('viewer') });
    expect(JSON.parse(body)).toEqual({ boxes: ['red'], down: [{ service: 'cart', reason: 'refused <i>' }] });
  });
  it('is sent again only when it has changed', async () => {
    const { send, as, boxes } = opened();
    const cookie = await as('viewer');
    const { headers } = await send('GET', '/boxes', { headers: cookie });
    const again = { headers: { ...cookie, 'if-none-match': `W/${headers['ETag']}` } };
    expect(await send('GET', '/boxes', again)).toMatchObject({ status: 304, body: '' });
    boxes.push('blue');
    expect((await send('GET', '/boxes', again)).status).toBe(200);
  });
  it.each(['/boxes/none', '/nowhere', '/boxes/a/b'])('%s is not there', async (path) => {
    const { send, as } = opened();
    expect((await send('GET', path, { headers: await as('viewer') })).status).toBe(404);
  });
});

describe('an action', () => {
  const planOf = (body: string): string => /name="plan" value="(\w+)"/.exec(body)![1]!;
  const shown = async (role = 'operator') => {
    const office = opened();
    const headers = await office.as(role);
    const { body, status } = await office.send('GET', '/open?box=1', { headers });
    const post = (form: Record<string, string>, more: Record<string, string> = {}) =>
      office.send('POST', '/open', { headers: { ...headers, ...more }, form: new URLSearchParams(form) });
    return { ...office, body, status, post, plan: status === 200 ? planOf(body) : '' };
  };

  it('is done with a reason, by its person, and leads back', async () => {
    const { post, plan, done } = await shown();
    expect(await post({ plan, reason: ' it is stuck ' })).toMatchObject({
      status: 303,
      headers: { Location: '/admin/boxes' },
    });
    expect(done).toMatchObject([{ reason: 'it is stuck', databases: { order: { actor: 'operator' } } }]);
  });
  it('keeps the selection of its link in the form', async () =>
    expect((await shown()).body).toContain('<input type="hidden" name="box" value="1" />'));
  it('changes nothing, and shows the new plan, when the selection has changed', async () => {
    const { post, plan, boxes, done } = await shown();
    boxes.push('blue');
    const answer = await post({ plan, reason: 'x' });
    expect([answer.status, done, answer.body.includes('open blue')]).toEqual([409, [], true]);
    expect((await post({ plan: planOf(answer.body), reason: 'x' })).status).toBe(303);
  });
  it('needs a reason', async () => {
    const { post, plan, done } = await shown();
    expect([(await post({ plan, reason: '  ' })).status, done]).toEqual([422, []]);
  });
  it('is refused to a viewer, and to a form of another site', async () => {
    expect((await shown('viewer')).status).toBe(403);
    const { post, plan, done } = await shown();
    for (const site of ['cross-site', 'same-site', 'none'])
      expect((await post({ plan, reason: 'x' }, { 'sec-fetch-site': site })).status).toBe(403);
    expect(done).toEqual([]);
  });
  it('that is not possible says why', async () => {
    const { send, as } = opened();
    const { status, body } = await send('GET', '/open?box=welded', { headers: await as('operator') });
    expect([status, body.includes('it is welded')]).toEqual([409, true]);
  });
});
