import { connect } from 'node:net';
import type { Attack } from '../attack.js';

const spoofed = (id: string): Readonly<Record<string, string>> => ({
  'x-user-id': id,
  'x-user-role': 'admin',
  'x-forwarded-for': '127.0.0.1',
  'x-forwarded-host': 'evil.example',
  forwarded: 'for=127.0.0.1',
  'x-real-ip': '127.0.0.1',
  'x-original-url': '/staff/orders',
  'x-rewrite-url': '/staff/orders',
  'x-http-method-override': 'DELETE',
});

/** Headers with which a client pretends to be another one, or to ask for something else. */
export const spoofedHeaders: Attack = {
  name: 'spoofed headers',
  async run({ anonymous, stranger, owner }, report) {
    for (const [name, value] of Object.entries(spoofed(owner.email))) {
      const none = await anonymous.get('/orders', { [name]: value });
      report(`${name} without a token`, none.status === 401 ? undefined : `is answered ${none.status}, expected 401`);
      const staff = await stranger.get('/staff/orders', { [name]: value });
      report(`${name} as a customer`, staff.status === 403 ? undefined : `is answered ${staff.status}, expected 403`);
      const own = await stranger.get<{ items?: unknown[] }>('/orders', { [name]: value });
      report(`${name} for a list`, own.body.items?.length === 0 ? undefined : 'shows orders of others');
    }
  },
};

const post = 'POST /auth/login HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\n';
const hidden = 'GET /hidden HTTP/1.1\r\nHost: shop\r\n\r\n';
const ambiguous: Readonly<Record<string, string>> = {
  'two lengths': `${post}Content-Length: 0\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`,
  'a length and chunks': `${post}Content-Length: ${hidden.length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
  'an unknown encoding': `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`,
  'chunked twice': `${post}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n${hidden}`,
  'a blank before the colon': `${post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${hidden}`,
  'a folded header': `${post}X-A: a\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
  'a signed length': `${post}Content-Length: +0\r\n\r\n${hidden}`,
  'a bad chunk size': `${post}Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n${hidden}`,
  'two hosts': `GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`,
  'no host': 'GET /healthz HTTP/1.1\r\n\r\n',
  'bare line feeds': `GET /healthz HTTP/1.1\nHost: a\nTransfer-Encoding: chunked\n\n0\n\n${hidden}`,
};

/** What the server sends until it closes the connection. */
const exchange = (url: string, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    let received = '';
    const socket = connect(Number(port || 80), hostname, () => socket.end(text));
    socket.setEncoding('latin1').on('data', (part: string) => (received += part));
    socket.once('close', () => resolve(received)).once('error', reject);
  });

/** Requests whose end two servers could see at different places. */
export const smuggling: Attack = {
  name: 'request smuggling',
  async run({ anonymous }, report) {
    for (const [name, text] of Object.entries(ambiguous)) {
      const answers = (await exchange(anonymous.url, text)).match(/HTTP\/1\.1 \d{3}/g) ?? [];
      const isRefused = answers.length === 0 || (answers.length === 1 && answers[0] === 'HTTP/1.1 400');
      report(name, isRefused ? undefined : `is answered ${answers.join(', ')}, expected one 400`);
    }
  },
};
