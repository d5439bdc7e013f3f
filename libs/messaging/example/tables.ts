import 'reflect-metadata';
import { command, remove, rows, rowsWhere, save, table, tableOf } from '@tradewind/messaging';
import { Column, Entity, PrimaryColumn, VersionColumn } from 'typeorm';

interface Hall {
  readonly hallId: string;
  readonly free: number;
  readonly openedAt?: Date;
}
export const Halls = table<Hall>('halls', 'hallId', { hallId: 'text', free: 'int4', openedAt: 'timestamptz' });

interface Van {
  readonly tenantId: string;
  readonly vanId: number;
  readonly status: 'free' | 'busy';
  readonly depot: string;
}
export const Vans = table<Van>('fleet.vans', ['tenantId', 'vanId'], {
  tenantId: 'text',
  vanId: 'int4',
  status: { type: 'enum', enumName: 'fleet.van_status' },
  depot: { type: 'text', name: 'home' },
});

interface VanReference {
  readonly tenantId: string;
  readonly vanId: number;
}
const van = { vans: rows(Vans, ({ tenantId, vanId }: VanReference) => [[tenantId, vanId]]) };

export const takeVan = command('van.take', van, ({ tenantId, vanId }: VanReference, { vans }) => {
  const found = vans.get([tenantId, vanId]);
  return found ? save(Vans, { ...found, status: 'busy' }) : remove(Vans, [tenantId, vanId]);
});

const ofDepot = { vans: rowsWhere(Vans, 'depot', (depot: string) => [depot]) };
export const freeVans = command('vans.free', ofDepot, (_depot: string, { vans }) =>
  save(Vans, ...vans.all().map((each) => ({ ...each, status: 'free' as const }))),
);

@Entity({ name: 'Trucks', schema: 'fleet' })
class Truck {
  @PrimaryColumn() tenantId!: string;
  @PrimaryColumn('int', { name: 'truck_no' }) truckNo!: number;
  @Column('numeric') load!: string;
  @Column('enum', { enum: ['free', 'busy'] }) status!: 'free' | 'busy';
  @Column('bigint') sequence!: string;
  @VersionColumn() version!: number;
}
export const Trucks = tableOf(Truck, { key: ['tenantId', 'truckNo'], sequence: 'sequence' });
