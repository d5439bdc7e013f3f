import { connect, type Socket } from 'node:net';

const findCoordinator = 10;
const listGroups = 16;

/**
 * Asks a broker, in two requests of Kafka's protocol, whether groups can be served: the first has the offsets topic
 * made, the second is refused while a part of it is being loaded. Answers the error code, 0 when all is well.
 */
export async function askCoordinator(broker: string, timeoutMs = 5_000): Promise<number> {
  const [, host, port] = /^(.+):(\d+)$/.exec(broker) ?? [];
  if (!host) throw new Error(`"${broker}" is no address of a broker; it must be host:port`);
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

/** Version 0 of both requests answers with an error code straight after the correlation id. */
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
    const settle = (act: () => void): void => {
      socket.off('data', onData).off('error', onError).off('close', onClose);
      act();
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
