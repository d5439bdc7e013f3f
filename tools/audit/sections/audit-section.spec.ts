import { describe, expect, it } from '@jest/globals';
import type { DatabaseService } from '../../services.js';
import type { Snapshot } from '../facts/snapshot.js';
import { auditSections } from './index.js';
import { snapshotsFor } from './audit-section.js';

const snapshot = {} as Snapshot;
const opened = new Map<DatabaseService, Snapshot>([['order', snapshot]]);

describe('the snapshots of a section', () => {
  it('are those of the services that it needs', () =>
    expect(snapshotsFor('section G1', ['order'], opened)).toEqual({ order: snapshot }));
  it('are missing with the names of the services', () =>
    expect(() => snapshotsFor('section G2', ['order', 'product', 'cart'], opened)).toThrow(
      'section G2 of the audit needs the database of product and of cart, whose address was not given',
    ));
});

describe('the sections of the audit', () => {
  it('are the invariants of the guarantees', () =>
    expect(auditSections.map(({ id }) => id)).toEqual(['G1', 'G2', 'G3', 'G4', 'G5', 'G6', 'G7', 'G9', 'G11', 'G12']));
});
