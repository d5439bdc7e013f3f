import { runtimePortsConformance } from '@tradewind/testing';
import { systemPorts } from './system.js';

runtimePortsConformance('the machine', systemPorts);
