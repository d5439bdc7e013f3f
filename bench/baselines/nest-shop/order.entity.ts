import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';

export type OrderStatus = 'pending' | 'confirmed' | 'rejected';

export interface OrderLine {
  readonly productId: string;
  readonly quantity: number;
  readonly unitPrice: number;
}

@Entity('orders')
export class OrderEntity {
  @PrimaryGeneratedColumn('uuid') orderId!: string;
  @Column('text') status!: OrderStatus;
  @Column('jsonb') lines!: OrderLine[];
  @Column('int') total!: number;
  @Column('text') paymentMethod!: string;
  @Column('jsonb') shippingAddress!: object;
  @Column('text', { nullable: true }) reason!: string | null;
  @CreateDateColumn({ type: 'timestamptz' }) createdAt!: Date;
  @UpdateDateColumn({ type: 'timestamptz' }) updatedAt!: Date;
}
