import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

@Entity('payments')
export class PaymentEntity {
  @PrimaryColumn('uuid') orderId!: string;
  @Column('text') status!: 'captured' | 'declined';
  @Column('int') amount!: number;
  @Column('text') method!: string;
  @CreateDateColumn({ type: 'timestamptz' }) createdAt!: Date;
}
