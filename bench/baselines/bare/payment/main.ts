import { readConnections } from '../../../ground/connections.js';
import { endWith, ready } from '../../../ground/service-life.js';
import { connections } from '../database.js';
import { Inbound } from '../inbound.js';
import { BareRelay } from '../relay.js';
import { partitionsOf, topics } from '../topics.js';
import { Takings } from './settle.js';
import { noteTakes } from './take.js';

/* The payment service: notes what is wanted, asks the provider, keeps the books. */
const { url, brokers } = readConnections();
const pool = connections(url, 4);
const relay = await BareRelay.open({ url, brokers, source: 'payment', partitionsOf });
const takings = new Takings(pool, () => relay.wake());
const inbound = await Inbound.open({
  brokers,
  group: 'bare.payment',
  topics: [topics.paymentCommands.name],
  ignored: new Set(),
  handle: async (batch) => {
    await noteTakes(pool, batch);
    relay.wake();
    takings.wake();
  },
});
ready();

endWith(async () => {
  await inbound.close();
  await takings.close();
  await relay.close();
  await pool.end();
});
