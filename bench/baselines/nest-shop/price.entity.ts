import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The order service's own copy of what products cost. */
@Entity('prices')
export class PriceEntity {
  @PrimaryColumn('uuid') productId!: string;
  @Column('int') amount!: number;
}
