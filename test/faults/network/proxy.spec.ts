import { randomBytes } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { eventually } from '@tradewind/testing';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { chanceOf } from '../../../tools/shop/retail/chance.js';
import { breakOff } from './break-off.js';
import { Proxy } from './proxy.js';

/** One end of a connection, and what it has seen. */
class Peer {
  readonly chunks: Buffer[] = [];
  saw: 'nothing' | 'end' | 'reset' = 'nothing';

  constructor(readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => this.chunks.push(chunk));
    socket.once('end', () => (this.saw = 'end'));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      expect([this.saw, error.code]).toEqual(['nothing', 'ECONNRESET']); // without a goodbye before
      this.saw = 'reset';
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
    speaks: 'bytes',
    chance: chanceOf(1, 'network'),
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
  const behind = await eventually(() => servers.find((one) => one.text === 'hello '));
  return [client, behind];
}

async function aClient(): Promise<Peer> {
  const client = new Peer(connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true }));
  clients.push(client);
  await eventually(() => !client.socket.connecting);
  return client;
}

describe('a network without faults', () => {
  it('carries what is said either way, and the end of each', async () => {
    const [client, behind] = await aConnection();
    behind.socket.end('welcome');
    await eventually(() => client.saw === 'end' && client.text === 'welcome');
    client.socket.end('bye');
    await eventually(() => behind.saw === 'end' && behind.text === 'hello bye');
    await eventually(() => proxy.connections === 0);
  });

  it('tells a client that nobody is there', async () => {
    await new Promise((resolve) => server.close(resolve));
    const client = await aClient();
    await eventually(() => client.saw === 'reset');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
});

describe('latency', () => {
  it('delays a question and its answer, for as long as it is there', async () => {
    const [client, behind] = await aConnection();
    behind.socket.on('data', () => behind.socket.write('answer'));
    const latency = proxy.latency({ milliseconds: 60, jitter: 10 });
    const since = performance.now();
    client.socket.write('question');
    await eventually(() => client.text === 'answer');
    expect(performance.now() - since).toBeGreaterThanOrEqual(98); // timers may be a millisecond early
    expect(latency.heal()).toBe(2);
    client.socket.write('question');
    await eventually(() => client.text === 'answeranswer');
    expect(latency.hits).toBe(2);
  });
});

describe('slices and a narrow line', () => {
  it('lose, double and swap nothing', async () => {
    const [client, behind] = await aConnection();
    const slicing = proxy.slicing({ bytes: 1_000 });
    const bandwidth = proxy.bandwidth({ bytesPerSecond: 1_000_000, way: 'up' });
    const sent = randomBytes(300_000);
    const since = performance.now();
    client.socket.write(sent);
    await eventually(() => Buffer.concat(behind.chunks.slice(1)).equals(sent));
    expect(performance.now() - since).toBeGreaterThanOrEqual(200);
    expect(slicing.heal()).toBeGreaterThanOrEqual(290);
    expect(bandwidth.heal()).toBeGreaterThanOrEqual(290);
  });

  it('hold up who sends more than is taken', async () => {
    const [client, behind] = await aConnection();
    behind.socket.pause();
    const sent = randomBytes(30_000_000);
    client.socket.write(sent);
    await eventually(() => client.socket.bytesWritten > 1_000_000);
    expect(client.socket.writableLength).toBeGreaterThan(0);
    behind.socket.resume();
    await eventually(() => behind.socket.bytesRead === 'hello '.length + sent.length);
    expect(Buffer.concat(behind.chunks.slice(1)).equals(sent)).toBe(true);
  });
});

describe('a reset', () => {
  it('breaks every connection at both ends, and no later one', async () => {
    const [client, behind] = await aConnection();
    expect(proxy.reset().hits).toBe(1);
    await eventually(() => client.saw === 'reset' && behind.saw === 'reset');
    servers = [];
    await aConnection();
  });
});

describe('a refusal', () => {
  it('resets who comes and leaves alone who is there', async () => {
    const [old, behind] = await aConnection();
    const refusal = proxy.refuse();
    const turnedAway = await aClient();
    await eventually(() => turnedAway.saw === 'reset');
    old.socket.write('still here');
    await eventually(() => behind.text === 'hello still here');
    expect(refusal.heal()).toBe(1);
    servers = [];
    await aConnection();
  });
});

describe('a black hole', () => {
  it('holds everything, the end too, until it is filled', async () => {
    const [client, behind] = await aConnection();
    const hole = proxy.blackHole();
    client.socket.end('lost?');
    const late = await aClient();
    late.socket.write('hello ');
    await eventually(() => hole.hits === 2);
    expect([behind.text, behind.saw]).toEqual(['hello ', 'nothing']);
    proxy.heal();
    await eventually(() => behind.text === 'hello lost?' && behind.saw === 'end');
    await eventually(() => servers.some((one) => one !== behind && one.text === 'hello '));
  });

  it('can be one of answers alone', async () => {
    const [client, behind] = await aConnection();
    const hole = proxy.blackHole({ way: 'down' });
    client.socket.write('question');
    await eventually(() => behind.text === 'hello question');
    behind.socket.write('answer');
    await eventually(() => hole.hits === 1);
    expect(client.text).toBe('');
    proxy.heal();
    await eventually(() => client.text === 'answer');
  });

  it('hides that the server has broken off', async () => {
    const [client, behind] = await aConnection();
    const hole = proxy.blackHole();
    breakOff(behind.socket);
    await eventually(() => hole.hits === 1);
    expect(client.saw).toBe('nothing');
    hole.heal();
    await eventually(() => client.saw === 'reset');
  });
});

describe('a half-open connection', () => {
  it.each(['server', 'client'] as const)(
    'is known to the %s that has gone, and to the other once it is healed',
    async (gone) => {
      const [client, behind] = await aConnection();
      const [lost, left] = gone === 'server' ? [behind, client] : [client, behind];
      const halfOpen = proxy.halfOpen({ gone });
      await eventually(() => lost.saw === 'reset');
      await new Promise((resolve) => left.socket.write('anybody there?', resolve));
      expect(left.saw).toBe('nothing');
      expect(halfOpen.heal()).toBe(1);
      await eventually(() => left.saw === 'reset');
    },
  );
});
