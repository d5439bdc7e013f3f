import { randomBytes } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { eventually } from '@tradewind/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../../tools/shop/retail/seeded-random.js';
import { resetConnection } from './reset-connection.js';
import { Proxy } from './proxy.js';

/** One end of a connection, with everything that it received. */
class Peer {
  readonly chunks: Buffer[] = [];
  state: 'open' | 'ended' | 'reset' = 'open';

  constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => this.chunks.push(chunk));
    socket.once('end', () => (this.state = 'ended'));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      expect([this.state, error.code]).toEqual(['open', 'ECONNRESET']); // without a FIN before
      this.state = 'reset';
    });
  }

  get text(): string {
    return this.chunks.join('');
  }
}

let server: Server;
let proxy: Proxy;
let servers: Peer[];
let clients: Peer[];

beforeEach(async () => {
  servers = [];
  clients = [];
  server = createServer({ allowHalfOpen: true }, (socket) => servers.push(new Peer(socket)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  proxy = await Proxy.open({
    name: 'test',
    target: { host: '127.0.0.1', port },
    protocol: 'bytes',
    random: seededRandom(1, 'network'),
  });
});
afterEach(async () => {
  for (const { socket } of [...clients, ...servers]) socket.destroy();
  await proxy.close();
  await new Promise((resolve) => server.close(resolve));
});

/** A client, and the server's end of its connection. */
async function aConnection(): Promise<[client: Peer, server: Peer]> {
  const client = await aClient();
  client.socket.write('hello ');
  const serverEnd = await eventually(() => servers.find((one) => one.text === 'hello '));
  return [client, serverEnd];
}

async function aClient(): Promise<Peer> {
  const client = new Peer(connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true }));
  clients.push(client);
  await eventually(() => !client.socket.connecting);
  return client;
}

describe('a network without faults', () => {
  it('carries both directions and their ends', async () => {
    const [client, serverEnd] = await aConnection();
    serverEnd.socket.end('welcome');
    await eventually(() => client.state === 'ended' && client.text === 'welcome');
    client.socket.end('bye');
    await eventually(() => serverEnd.state === 'ended' && serverEnd.text === 'hello bye');
    await eventually(() => proxy.connections === 0);
  });

  it('resets the client when no server listens', async () => {
    await new Promise((resolve) => server.close(resolve));
    const client = await aClient();
    await eventually(() => client.state === 'reset');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
});

describe('latency', () => {
  it('delays requests and responses until it is healed', async () => {
    const [client, serverEnd] = await aConnection();
    serverEnd.socket.on('data', () => serverEnd.socket.write('response'));
    const latency = proxy.latency({ milliseconds: 60, jitter: 10 });
    const since = performance.now();
    client.socket.write('request');
    await eventually(() => client.text === 'response');
    expect(performance.now() - since).toBeGreaterThanOrEqual(98); // timers may be a millisecond early
    expect(latency.heal()).toBe(2);
    client.socket.write('request');
    await eventually(() => client.text === 'responseresponse');
    expect(latency.hits).toBe(2);
  });
});

describe('slicing and limited bandwidth', () => {
  it('lose, duplicate and reorder nothing', async () => {
    const [client, serverEnd] = await aConnection();
    const slicing = proxy.slicing({ bytes: 1_000 });
    const bandwidth = proxy.bandwidth({ bytesPerSecond: 1_000_000, direction: 'up' });
    const sent = randomBytes(300_000);
    const since = performance.now();
    client.socket.write(sent);
    await eventually(() => Buffer.concat(serverEnd.chunks.slice(1)).equals(sent));
    expect(performance.now() - since).toBeGreaterThanOrEqual(200);
    expect(slicing.heal()).toBeGreaterThanOrEqual(290);
    expect(bandwidth.heal()).toBeGreaterThanOrEqual(290);
  });

  it('slow down a sender that is faster than the receiver', async () => {
    const [client, serverEnd] = await aConnection();
    serverEnd.socket.pause();
    const sent = randomBytes(30_000_000);
    client.socket.write(sent);
    await eventually(() => client.socket.bytesWritten > 1_000_000);
    expect(client.socket.writableLength).toBeGreaterThan(0);
    serverEnd.socket.resume();
    await eventually(() => serverEnd.socket.bytesRead === 'hello '.length + sent.length);
    expect(Buffer.concat(serverEnd.chunks.slice(1)).equals(sent)).toBe(true);
  });
});

describe('a reset', () => {
  it('resets every connection at both ends, and no later one', async () => {
    const [client, serverEnd] = await aConnection();
    expect(proxy.reset().hits).toBe(1);
    await eventually(() => client.state === 'reset' && serverEnd.state === 'reset');
    servers = [];
    await aConnection();
  });
});

describe('refused connections', () => {
  it('are reset, while open ones continue', async () => {
    const [old, serverEnd] = await aConnection();
    const refuse = proxy.refuse();
    const refused = await aClient();
    await eventually(() => refused.state === 'reset');
    old.socket.write('still here');
    await eventually(() => serverEnd.text === 'hello still here');
    expect(refuse.heal()).toBe(1);
    servers = [];
    await aConnection();
  });
});

describe('a black hole', () => {
  it('holds everything back, the end too, until it is healed', async () => {
    const [client, serverEnd] = await aConnection();
    const hole = proxy.blackHole();
    client.socket.end('bye');
    const late = await aClient();
    late.socket.write('hello ');
    await eventually(() => hole.hits === 2);
    expect([serverEnd.text, serverEnd.state]).toEqual(['hello ', 'open']);
    proxy.heal();
    await eventually(() => serverEnd.text === 'hello bye' && serverEnd.state === 'ended');
    await eventually(() => servers.some((one) => one !== serverEnd && one.text === 'hello '));
  });

  it('can be limited to one direction', async () => {
    const [client, serverEnd] = await aConnection();
    const hole = proxy.blackHole({ direction: 'down' });
    client.socket.write('request');
    await eventually(() => serverEnd.text === 'hello request');
    serverEnd.socket.write('response');
    await eventually(() => hole.hits === 1);
    expect(client.text).toBe('');
    proxy.heal();
    await eventually(() => client.text === 'response');
  });

  it('hides that the server has reset the connection', async () => {
    const [client, serverEnd] = await aConnection();
    const hole = proxy.blackHole();
    resetConnection(serverEnd.socket);
    await eventually(() => hole.hits === 1);
    expect(client.state).toBe('open');
    hole.heal();
    await eventually(() => client.state === 'reset');
  });
});

describe('a half-open connection', () => {
  it.each(['server', 'client'] as const)(
    'is reset for the %s at once, and for the other end when it is healed',
    async (gone) => {
      const [client, serverEnd] = await aConnection();
      const [resetEnd, otherEnd] = gone === 'server' ? [serverEnd, client] : [client, serverEnd];
      const halfOpen = proxy.halfOpen({ gone });
      await eventually(() => resetEnd.state === 'reset');
      await new Promise((resolve) => otherEnd.socket.write('still there?', resolve));
      expect(otherEnd.state).toBe('open');
      expect(halfOpen.heal()).toBe(1);
      await eventually(() => otherEnd.state === 'reset');
    },
  );
});
