import { Column, CreateDateColumn, Entity, PrimaryColumn, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';

export interface StockLine {
  readonly productId: string;
  readonly quantity: number;
}

export type OrderStatus = 'pending' | 'confirmed' | 'rejected';

@Entity('orders')
export class OrderEntity {
  @PrimaryGeneratedColumn('uuid') orderId!: string;
  @Column('text') status!: OrderStatus;
  @Column('jsonb') lines!: (StockLine & { readonly unitPrice: number })[];
  @Column('int') total!: number;
  @Column('text') paymentMethod!: string;
  @Column('jsonb') shippingAddress!: object;
  @Column('text', { nullable: true }) reason!: string | null;
  @CreateDateColumn({ type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ type: 'timestamptz' }) updatedAt!: Date;
}

/** The copy of the prices in the order service. */
@Entity('prices')
export class PriceEntity {
  @PrimaryColumn('uuid') productId!: string;
  @Column('int') amount!: number;
}

@Entity('products')
export class ProductEntity {
  @PrimaryColumn('uuid') productId!: string;
  @Column('text') sku!: string;
  @Column('text') name!: string;
  @Column('int') stock!: number;
}

@Entity('reservations')
export class ReservationEntity {
  @PrimaryColumn('uuid') orderId!: string;
  @Column('text') status!: 'reserved' | 'rejected' | 'released';
  @Column('jsonb') lines!: StockLine[];
}

@Entity('payments')
export class PaymentEntity {
  @PrimaryColumn('uuid') orderId!: string;
  @Column('text') status!: 'captured' | 'declined';
  @Column('int') amount!: number;
  @Column('text') method!: string;
  @CreateDateColumn({ type: 'timestamptz' }) createdAt!: Date;
}
