import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy between a client and a real server, for tests of broken connections. */
export interface TcpProxy {
  readonly port: number;
  /** Stops forwarding in both directions. Connections stay open and new ones are accepted. */
  stall(): void;
  /** Forwards again, including what arrived meanwhile. */
  resume(): void;
  /** Forwards the next request that contains this text, then drops its response and the connection. Resolves when that has happened. */
  dropResponseTo(text: string): Promise<void>;
  close(): Promise<void>;
}

/** `target` is `host:port`. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const [host, port] = target.split(':') as [string, string];
  const sockets = new Set<Socket>();
  let stalled = false;
  let dropping: { readonly text: string; readonly onDropped: () => void } | undefined;

  const server = createServer((client) => {
    const upstream = connect(Number(port), host);
    let drop: (() => void) | undefined;
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      if (stalled) socket.pause();
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
      socket.on('error', end);
    }
    client.on('data', (chunk) => {
      if (dropping && chunk.includes(dropping.text)) {
        drop = dropping.onDropped;
        dropping = undefined;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (!drop) return void client.write(chunk);
      drop();
      end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    stall: () => {
      stalled = true;
      for (const socket of sockets) socket.pause();
    },
    resume: () => {
      stalled = false;
      for (const socket of sockets) socket.resume();
    },
    dropResponseTo: (text) => new Promise<void>((onDropped) => (dropping = { text, onDropped })),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
