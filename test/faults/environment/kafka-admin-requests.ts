import { once } from 'node:events';
import { connect } from 'node:net';

/* Admin requests that the shop's Kafka client does not offer, as single requests of Kafka's protocol. */

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

/** Deletes a consumer group with its offsets. Throws while the group has members (error 68). */
export async function deleteGroup(broker: string, group: string): Promise<void> {
  const response = await send(broker, deleteGroupsKey, 0, Buffer.concat([int(1), text(group)]));
  // correlation id, throttle time, one result: name and error
  const error = response.readInt16BE(4 + 4 + 4 + 2 + response.readInt16BE(12));
  if (error !== 0 && error !== groupNotFound)
    throw new Error(`cannot delete the consumer group ${group}: error ${error}`);
}

const groupNotFound = 69;

/** Adds partitions to a topic without the shop's partition increase. */
export async function addPartitions(broker: string, topic: string, partitions: number): Promise<void> {
  const response = await send(
    broker,
    createPartitionsKey,
    0,
    Buffer.concat([int(1), text(topic), int(partitions), int(-1), int(10_000), Buffer.from([0])]),
  );
  const error = response.readInt16BE(4 + 4 + 4 + 2 + response.readInt16BE(12));
  if (error !== 0) throw new Error(`cannot add partitions to the topic ${topic}: error ${error}`);
}

async function send(broker: string, api: number, version: number, body: Buffer): Promise<Buffer> {
  const [host, port] = broker.split(':') as [string, string];
  const socket = connect({ host, port: Number(port) });
  try {
    await once(socket, 'connect');
    const request = Buffer.concat([short(api), short(version), int(1), text('fault-tests'), body]);
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
