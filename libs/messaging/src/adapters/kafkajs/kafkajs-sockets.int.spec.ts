import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';
import { KafkajsSockets } from './kafkajs-sockets.js';

/** Listens, with room for one that waits, and is then stopped in its tracks: further ones are not even refused. */
const deafServer = `require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, function () { console.log(this.address().port) })`;

describe('a broker that takes no connection', () => {
  it('is given up before kafkajs has forgotten the socket', async () => {
    const server = spawn(process.execPath, ['--eval', deafServer], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(createInterface(server.stdout), 'line')) as [string];
    server.kill('SIGSTOP');
    const port = Number(line);
    const waiting = Array.from({ length: 4 }, () => connect(port, '127.0.0.1').on('error', () => undefined)); // their fate is no part of this
    const sockets = new KafkajsSockets();
    let connected = false;
    const socket = sockets.factory({
      host: '127.0.0.1',
      port,
      ssl: undefined as never,
      onConnect: () => (connected = true),
    });
    const [error] = (await once(socket, 'error')) as [Error];
    expect([connected, error.message]).toEqual([false, `127.0.0.1:${port} took no connection within 2800 ms`]);
    for (const each of waiting) each.destroy();
    server.kill('SIGKILL');
    await once(server, 'exit');
  });
});
