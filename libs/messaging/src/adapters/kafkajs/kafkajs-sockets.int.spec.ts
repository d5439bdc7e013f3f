import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';
import { KafkajsSockets } from './kafkajs-sockets.js';

/** Listens with a backlog of one and is then frozen, so the system neither accepts nor refuses further connections. */
const frozenServer = `require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () { console.log(this.address().port) })`;

describe('a broker that accepts no connection', () => {
  it('times out before kafkajs forgets the socket', async () => {
    const server = spawn(process.execPath, ['--eval', frozenServer], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(server.stdout), 'line')) as [string];
    server.kill('SIGSTOP');
    const port = Number(line);
    const backlog = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    const sockets = new KafkajsSockets();
    let connected = false;
    const socket = sockets.factory({
      host: '127.0.0.1',
      port,
      ssl: undefined as never,
      onConnect: () => (connected = true),
    });
    const [error] = (await once(socket, 'error')) as [Error];
    expect([connected, error.message]).toEqual([false, `127.0.0.1:${port} accepted no connection within 2800 ms`]);
    for (const each of backlog) each.destroy();
    server.kill('SIGKILL');
    await once(server, 'exit');
  });
});
