import { readConnections } from '../../../ground/connections.js';
import { endWith, ready } from '../../../ground/service-life.js';
import { connections } from '../database.js';
import { Inbound } from '../inbound.js';
import { BareRelay } from '../relay.js';
import { partitionsOf, topics } from '../topics.js';
import { obey } from './stock.js';

/* The product service: sets stock aside, sells it or takes it back. */
const { url, brokers } = readConnections();
const pool = connections(url, 2);
const relay = await BareRelay.open({ url, brokers, source: 'product', partitionsOf });
const inbound = await Inbound.open({
  brokers,
  group: 'bare.product',
  topics: [topics.stockCommands.name],
  ignored: new Set(),
  handle: async (batch) => {
    await obey(pool, batch);
    relay.wake();
  },
});
ready();

endWith(async () => {
  await inbound.close();
  await relay.close();
  await pool.end();
});
