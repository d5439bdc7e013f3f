import { connect, type Socket } from 'node:net';

// API keys of Kafka's protocol
const findCoordinator = 10;
const listGroups = 16;

/**
 * Asks a broker whether consumer groups can be served. The first request makes Kafka create the offsets topic, the second fails
 * while a partition of it is loading. Returns Kafka's error code, 0 when ready.
 */
export async function askCoordinator(broker: string, timeoutMs = 5_000): Promise<number> {
  const [, host, port] = /^(.+):(\d+)$/.exec(broker) ?? [];
  if (!host) throw new Error(`"${broker}" is not the address of a broker; it must be host:port`);
  const socket = connect({ host, port: Number(port) });
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer from ${broker} within ${timeoutMs} ms`)));
  try {
    const found = await ask(socket, findCoordinator, kafkaString('tradewind-readiness'));
    if (found !== 0) return found;
    return await ask(socket, listGroups, Buffer.alloc(0));
  } finally {
    socket.destroy();
  }
}

/** In version 0 of both responses, the error code follows the correlation id. */
async function ask(socket: Socket, apiKey: number, body: Buffer): Promise<number> {
  const head = Buffer.alloc(8);
  head.writeInt16BE(apiKey, 0);
  head.writeInt16BE(0, 2); // version
  head.writeInt32BE(apiKey, 4); // correlation id
  const request = Buffer.concat([head, kafkaString('tradewind-platform'), body]);
  const size = Buffer.alloc(4);
  size.writeInt32BE(request.length);
  socket.write(Buffer.concat([size, request]));
  return (await response(socket)).readInt16BE(4);
}

function response(socket: Socket): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const settle = (settlePromise: () => void): void => {
      socket.off('data', onData).off('error', onError).off('close', onClose);
      settlePromise();
    };
    const onData = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      if (received.length >= 4 && received.length >= 4 + received.readInt32BE(0))
        settle(() => resolve(received.subarray(4)));
    };
    const onError = (error: Error): void => settle(() => reject(error));
    const onClose = (): void => settle(() => reject(new Error('the broker closed the connection')));
    socket.on('data', onData).on('error', onError).on('close', onClose);
  });
}

function kafkaString(text: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeInt16BE(text.length);
  return Buffer.concat([length, Buffer.from(text)]);
}
