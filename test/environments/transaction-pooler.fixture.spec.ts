import { createServer, type Socket } from 'node:net';
import pg from 'pg';

/** The parts of a connection of pg that the pooler takes over. */
interface RawConnection {
  readonly connection: { readonly stream: Socket };
}

const readyForQuery = 'Z'.charCodeAt(0);
const terminate = 'X'.charCodeAt(0);

/**
 * A pooler in front of a PostgreSQL, like pgbouncer with `pool_mode = transaction`: a client has a server connection from the first message of
 * a transaction to its end. Accepts every login.
 */
export class TransactionPooler {
  readonly #idle: Socket[] = [];
  readonly #waiting: ((server: Socket) => void)[] = [];

  private constructor(
    private readonly servers: readonly pg.Client[],
    private readonly listener: ReturnType<typeof createServer>,
    private readonly clients: Set<Socket>,
  ) {}

  static async start(url: string, size: number): Promise<TransactionPooler> {
    const servers = Array.from({ length: size }, () => new pg.Client({ connectionString: url }));
    await Promise.all(servers.map((server) => server.connect()));
    for (const server of servers) server.on('error', () => undefined); // `stop` breaks them
    const clients = new Set<Socket>();
    const listener = createServer();
    const pooler = new TransactionPooler(servers, listener, clients);
    for (const server of servers) {
      const { stream } = (server as unknown as RawConnection).connection;
      stream.removeAllListeners('data');
      pooler.#idle.push(stream);
    }
    listener.on('connection', (client) => pooler.#serve(client));
    await new Promise<void>((resolve) => void listener.listen(0, '127.0.0.1', resolve));
    return pooler;
  }

  get port(): number {
    return (this.listener.address() as { port: number }).port;
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.destroy();
    for (const server of this.servers) (server as unknown as RawConnection).connection.stream.destroy();
    await new Promise((resolve) => this.listener.close(resolve));
  }

  #serve(client: Socket): void {
    this.clients.add(client);
    client.on('error', () => client.destroy());
    client.on('close', () => this.clients.delete(client));
    client.once('data', () => {
      client.write(greeting());
      let server: Promise<Socket> | undefined;
      client.on('data', (sent: Buffer) => {
        if (sent[0] === terminate) return client.destroy();
        server ??= this.#take().then((taken) => this.#attach(taken, client, () => (server = undefined)));
        void server.then((taken) => taken.write(sent));
      });
    });
  }

  /** Passes the answers on until the server is idle outside a transaction. */
  #attach(server: Socket, client: Socket, release: () => void): Socket {
    let rest = Buffer.alloc(0);
    const onData = (received: Buffer): void => {
      client.write(received);
      rest = Buffer.concat([rest, received]);
      while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
        const isIdle = rest[0] === readyForQuery && rest[5] === 'I'.charCodeAt(0);
        rest = rest.subarray(rest.readUInt32BE(1) + 1);
        if (!isIdle || rest.length > 0) continue;
        server.off('data', onData);
        release();
        this.#release(server);
      }
    };
    server.on('data', onData);
    return server;
  }

  #take(): Promise<Socket> {
    const server = this.#idle.shift();
    return server ? Promise.resolve(server) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  #release(server: Socket): void {
    const next = this.#waiting.shift();
    if (next) next(server);
    else this.#idle.push(server);
  }
}

/** Login accepted, a made-up process id, ready. */
function greeting(): Buffer {
  const frame = (type: string, ...numbers: number[]): Buffer => {
    const body = Buffer.alloc(4 * numbers.length);
    numbers.forEach((number, at) => body.writeInt32BE(number, 4 * at));
    return framed(type, body);
  };
  return Buffer.concat([frame('R', 0), frame('K', 1, 1), framed('Z', Buffer.from('I'))]);
}

function framed(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}
