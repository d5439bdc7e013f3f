import { kafkaClientConformance } from '../kafka-conformance.js';
import { storeConformance } from '../store-conformance.js';
import { worldConformance } from '../world-conformance.js';
import { Simulation } from './index.js';

const inBackground = (seed: string): Simulation => {
  const simulation = new Simulation(seed);
  simulation.runInBackground();
  return simulation;
};

worldConformance('the simulation', inBackground('world').process('someone').world);

const broker = inBackground('kafka');
const kafka = broker.kafka();
kafkaClientConformance('the simulated broker', () => broker.process('someone').kafka(kafka));

storeConformance('the simulated database', () => {
  const simulation = inBackground('store');
  const database = simulation.database('things');
  return Promise.resolve({
    store: simulation.process('someone').store(database),
    wishSize: (topic, partitions) => database.wishSize(topic, partitions),
    archived: () => Promise.resolve(database.outbox.archive().length),
    close: () => Promise.resolve(),
  });
});
