import { describe, expect, it } from '@jest/globals';
import { addressesOf, serverProperties, type NodeSettings } from './settings.js';

const aNode = (settings: Partial<NodeSettings> = {}): NodeSettings => ({
  id: 1,
  port: 9092,
  controllerPort: 9093,
  controllerPorts: [9093],
  logDir: '/data/node-1',
  ...settings,
});
const properties = (settings?: Partial<NodeSettings>): Record<string, string> =>
  Object.fromEntries(
    serverProperties(aNode(settings))
      .trim()
      .split('\n')
      .map((line) => line.split(/=(.*)/s).slice(0, 2)),
  );

describe('a single node', () => {
  it('has one address, for clients and brokers', () => {
    expect(addressesOf(aNode())).toEqual({ clients: '127.0.0.1:9092', direct: '127.0.0.1:9092' });
    expect(properties()).toMatchObject({
      listeners: 'CLIENT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093',
      'advertised.listeners': 'CLIENT://127.0.0.1:9092',
      'inter.broker.listener.name': 'CLIENT',
    });
  });
  it('has topics without replicas', () =>
    expect(properties()).toMatchObject({ 'default.replication.factor': '1', 'min.insync.replicas': '1' }));
  it('takes additional settings, also instead of the default ones', () =>
    expect(properties({ extra: { 'log.retention.ms': '1000' } })['log.retention.ms']).toBe('1000'));
});

describe('a node of three behind a proxy', () => {
  const proxy = { advertised: '127.0.0.1:7000', brokerPort: 9094 };
  const settings = { id: 2, controllerPorts: [9093, 9193, 9293], proxy };

  it('advertises the proxy to clients', () => {
    expect(addressesOf(aNode(settings)).clients).toBe('127.0.0.1:7000');
    expect(properties(settings)['advertised.listeners']).toBe('CLIENT://127.0.0.1:7000,BROKER://127.0.0.1:9094');
  });
  it('is connected to the other brokers directly', () => {
    expect(addressesOf(aNode(settings)).direct).toBe('127.0.0.1:9094');
    expect(properties(settings)['inter.broker.listener.name']).toBe('BROKER');
  });
  it('votes with all three', () =>
    expect(properties(settings)['controller.quorum.voters']).toBe(
      '1@127.0.0.1:9093,2@127.0.0.1:9193,3@127.0.0.1:9293',
    ));
  it('has topics with three replicas, two of which must have a record', () =>
    expect(properties(settings)).toMatchObject({ 'default.replication.factor': '3', 'min.insync.replicas': '2' }));
});
