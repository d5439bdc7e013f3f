import { worldConformance } from '@tradewind/testing';
import { systemWorld } from './system.js';

worldConformance('the machine', systemWorld);
