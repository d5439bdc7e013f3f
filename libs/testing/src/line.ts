import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A line between a client and a real server, for tests of what happens when it does not hold. */
export interface Line {
  readonly port: number;
  /** Connections stay as they are and new ones are taken, but nothing passes any more, in either direction. */
  silence(): void;
  /** Everything passes again, that which was held back as well. */
  mend(): void;
  /** The server gets the next words of a client that contain this text, and its answer is lost, with the connection. Resolves when it is. */
  loseAnswerTo(text: string): Promise<void>;
  close(): Promise<void>;
}

/** `to` is `host:port`. */
export async function openLine(to: string): Promise<Line> {
  const [host, port] = to.split(':') as [string, string];
  const sockets = new Set<Socket>();
  let silent = false;
  let losing: { readonly text: string; readonly lost: () => void } | undefined;

  const server = createServer((near) => {
    const far = connect(Number(port), host);
    let drop: (() => void) | undefined;
    const end = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      sockets.add(socket);
      if (silent) socket.pause();
      socket.on('close', () => {
        sockets.delete(socket);
        end();
      });
      socket.on('error', end);
    }
    near.on('data', (chunk) => {
      if (losing && chunk.includes(losing.text)) {
        drop = losing.lost;
        losing = undefined;
      }
      far.write(chunk);
    });
    far.on('data', (chunk) => {
      if (!drop) return void near.write(chunk);
      drop();
      end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    port: (server.address() as AddressInfo).port,
    silence: () => {
      silent = true;
      for (const socket of sockets) socket.pause();
    },
    mend: () => {
      silent = false;
      for (const socket of sockets) socket.resume();
    },
    loseAnswerTo: (text) => new Promise<void>((lost) => (losing = { text, lost })),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
