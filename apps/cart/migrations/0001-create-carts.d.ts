import type { MigrationInterface, QueryRunner } from 'typeorm';
export declare class CreateCarts1760000000001 implements MigrationInterface {
    up(runner: QueryRunner): Promise<void>;
    down(runner: QueryRunner): Promise<void>;
}
//# sourceMappingURL=0001-create-carts.d.ts.map