import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import {
  Column,
  DefaultNamingStrategy,
  Entity,
  EntitySchema,
  Generated,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  TableInheritance,
  Tree,
  VersionColumn,
  ViewEntity,
  VirtualColumn,
} from 'typeorm';
import { tableOf } from './table-of.js';
import { tableSql } from './table-sql.js';

class Timestamped {
  @Column('timestamptz') seenAt!: Date;
}
class Address {
  @Column() street!: string;
}

@Entity()
class Depot {
  @PrimaryColumn() depotId!: string;
  @OneToMany(() => FleetVan, (van) => van.depot) vans?: FleetVan[];
}

@Entity({ name: 'Vans', schema: 'fleet' })
class FleetVan extends Timestamped {
  @PrimaryColumn() tenantId!: string;
  @PrimaryColumn('int', { name: 'van_no' }) vanId!: number;
  @Column('enum', { enum: ['free', 'busy'] }) Status!: string;
  @Column('bigint') sequence!: string;
  @ManyToOne(() => Depot) depot?: Depot;
  @Column() depotDepotId!: string;
  @Generated('increment') @Column() counter!: number;
  @VersionColumn() version!: number;
  isFree(): boolean {
    return this.Status === 'free';
  }
}

const VanSchema = new EntitySchema<{ id: string; order: string | null }>({
  name: 'SchemaVan',
  columns: { id: { type: 'uuid', primary: true }, order: { type: 'simple-array', nullable: true } },
});

class SnakeCase extends DefaultNamingStrategy {
  override columnName(property: string, custom: string | undefined): string {
    return custom ?? property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  }
}

describe('the table of an entity', () => {
  const Vans = tableOf(FleetVan, { key: ['tenantId', 'vanId'], sequence: 'sequence' });

  it('has the names of the entity, quoted in statements', () => {
    expect([Vans.name, Vans.schema, Vans.key, Vans.sequence]).toEqual([
      'fleet.Vans',
      'fleet',
      ['tenantId', 'vanId'],
      'sequence',
    ]);
    expect(tableSql(Vans).remove).toContain('delete from "fleet"."Vans" where ("tenantId", "van_no") in');
    expect(Object.keys(Vans.columns).sort()).toEqual(
      ['seenAt', 'tenantId', 'vanId', 'Status', 'sequence', 'depotDepotId', 'counter', 'version'].sort(),
    );
    expect(Vans.columns.Status).toMatchObject({ type: 'enum', enumName: 'fleet.Vans_status_enum', name: 'Status' });
    expect(Vans.columns.counter).toMatchObject({ written: 'never' });
  });

  it('follows the naming strategy and the schema of a DataSource', () => {
    const table = tableOf(FleetVan, {
      key: ['tenantId', 'vanId'],
      namingStrategy: new (class extends SnakeCase {
        override joinColumnName(relation: string, column: string): string {
          return new DefaultNamingStrategy()
            .joinColumnName(relation, column)
            .replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
        }
      })(),
      schema: 'other',
    });
    expect([table.name, table.columns.seenAt.name, table.columns.vanId.name]).toEqual([
      'other.Vans',
      'seen_at',
      'van_no',
    ]);
  });

  it('is made of an EntitySchema too', () => {
    const table = tableOf(VanSchema);
    expect([table.name, table.key, table.columns.order.name]).toEqual(['schema_van', 'id', 'order']);
  });

  it('names the whole primary key', () => {
    expect(() => tableOf(FleetVan)).toThrow(
      `tableOf(FleetVan): its primary key is (tenantId, vanId): { key: ['tenantId', 'vanId'] }`,
    );
    expect(() => tableOf(FleetVan, { key: ['tenantId', 'version'] })).toThrow('its primary key is (tenantId, vanId)');
    expect(() => tableOf(Depot, { key: ['depotId', 'depotId'] })).toThrow('leave the key out');
  });

  it('cannot have a sequence that is no bigint', () => {
    expect(() => tableOf(FleetVan, { key: ['tenantId', 'vanId'], sequence: 'version' })).toThrow(
      'the sequence version is declared as int4: a sequence is an int8',
    );
  });
});

describe('an entity with something that is not supported', () => {
  it('is refused with the names of all of it', () => {
    @Entity()
    class Odd {
      @PrimaryGeneratedColumn('identity', { generatedIdentity: 'ALWAYS' }) id!: number;
      @Column('interval') spare!: string;
      @Column(() => Address) address!: Address;
      @Column('timestamptz', { array: true }) stops!: Date[];
      @VirtualColumn({ query: () => 'select 1' }) derived!: number;
      @ManyToOne(() => Depot) @JoinColumn({ name: 'depot' }) depot!: Depot;
    }
    expect(() => tableOf(Odd)).toThrow(
      'tableOf(Odd): Odd.address is embedded: declare its columns as properties of Odd; ' +
        'Odd.id gets its value from the database, and a decision has to name the rows that it saves; ' +
        'Odd.spare has the type interval, which is not supported; ' +
        'Odd.derived is a virtual-property column, which no table has; ' +
        'Odd.depot is stored in depot: declare a property for that column',
    );
  });

  it.each([
    [() => tableOf(class Plain {}), 'Plain is not an entity'],
    [() => tableOf(Views), 'Views is a view entity'],
    [() => tableOf(Child), 'Child shares its table with other entities'],
    [() => tableOf(Node), 'Node is a tree'],
    [() => tableOf(Transformed), 'key cannot be in a key: a column with a transformer is not compared as text'],
    [() => tableOf(Stops), 'stops is an array of timestamptz, which is not supported'],
  ])('%#', (declare, problem) => {
    expect(declare).toThrow(problem);
  });
});

@ViewEntity({ expression: 'select 1 as id' })
class Views {
  @PrimaryColumn() id!: number;
}
@Entity()
@TableInheritance({ column: 'kind' })
class Parent {
  @PrimaryColumn() id!: number;
}
@Entity()
class Child extends Parent {}
@Entity()
@Tree('materialized-path')
class Node {
  @PrimaryColumn() id!: number;
}
@Entity()
class Transformed {
  @PrimaryColumn({ type: 'text', transformer: { to: (value: unknown) => value, from: (value: unknown) => value } })
  key!: string;
}
@Entity()
class Stops {
  @PrimaryColumn() id!: number;
  @Column('timestamptz', { array: true }) stops!: Date[];
}
