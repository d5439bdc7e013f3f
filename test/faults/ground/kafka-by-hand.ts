import { once } from 'node:events';
import { connect } from 'node:net';

/* What an administrator does with Kafka's own tools and no client of ours can do, in single requests of Kafka's protocol. */

const deleteGroupsKey = 42;
const createPartitionsKey = 37;

const short = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};
const int = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const text = (value: string): Buffer => Buffer.concat([short(Buffer.byteLength(value)), Buffer.from(value)]);

/** Deletes a group with all its positions. Throws while it has members (error 68). */
export async function deleteGroup(broker: string, group: string): Promise<void> {
  const answer = await ask(broker, deleteGroupsKey, 0, Buffer.concat([int(1), text(group)]));
  // correlation id, throttle time, one result: name and error
  const error = answer.readInt16BE(4 + 4 + 4 + 2 + answer.readInt16BE(12));
  if (error !== 0 && error !== groupNotFound)
    throw new Error(`the group ${group} could not be deleted: error ${error}`);
}

const groupNotFound = 69;

/** Adds partitions to a topic behind everybody's back. */
export async function growTopic(broker: string, topic: string, partitions: number): Promise<void> {
  const answer = await ask(
    broker,
    createPartitionsKey,
    0,
    Buffer.concat([int(1), text(topic), int(partitions), int(-1), int(10_000), Buffer.from([0])]),
  );
  const error = answer.readInt16BE(4 + 4 + 4 + 2 + answer.readInt16BE(12));
  if (error !== 0) throw new Error(`the topic ${topic} could not be grown: error ${error}`);
}

async function ask(broker: string, api: number, version: number, body: Buffer): Promise<Buffer> {
  const [host, port] = broker.split(':') as [string, string];
  const socket = connect({ host, port: Number(port) });
  try {
    await once(socket, 'connect');
    const request = Buffer.concat([short(api), short(version), int(1), text('by-hand'), body]);
    socket.write(Buffer.concat([int(request.length), request]));
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk as Buffer]);
      if (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) return received.subarray(4);
    }
    throw new Error(`${broker} closed the connection`);
  } finally {
    socket.destroy();
  }
}
