import { Column, Entity, PrimaryColumn } from 'typeorm';

export interface StockLine {
  readonly productId: string;
  readonly quantity: number;
}

@Entity('reservations')
export class ReservationEntity {
  @PrimaryColumn('uuid') orderId!: string;
  @Column('text') status!: 'reserved' | 'rejected' | 'released';
  @Column('jsonb') lines!: StockLine[];
}
