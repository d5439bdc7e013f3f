import { kafkaClientConformance, storeConformance, runtimePortsConformance } from '@tradewind/testing';
import { Simulation } from './index.js';

const running = (seed: string): Simulation => {
  const simulation = new Simulation(seed);
  simulation.runInBackground();
  return simulation;
};

runtimePortsConformance('the simulation', running('runtime ports').process('someone').runtimePorts);

const broker = running('kafka');
const kafka = broker.kafka();
kafkaClientConformance('the simulated broker', () => broker.process('someone').kafka(kafka));

storeConformance('the simulated database', () => {
  const simulation = running('store');
  const database = simulation.database('things');
  return Promise.resolve({
    store: simulation.process('someone').store(database),
    requestPartitions: (topic, partitions) => database.requestPartitions(topic, partitions),
    archived: () => Promise.resolve(database.outbox.archive().length),
    close: () => Promise.resolve(),
  });
});
