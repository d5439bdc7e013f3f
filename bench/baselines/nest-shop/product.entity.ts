import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity('products')
export class ProductEntity {
  @PrimaryColumn('uuid') productId!: string;
  @Column('text') sku!: string;
  @Column('text') name!: string;
  @Column('int') stock!: number;
}
