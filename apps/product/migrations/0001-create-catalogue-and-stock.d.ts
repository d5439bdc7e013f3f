import type { MigrationInterface, QueryRunner } from 'typeorm';
export declare class CreateCatalogueAndStock1760000000001 implements MigrationInterface {
    up(runner: QueryRunner): Promise<void>;
    down(runner: QueryRunner): Promise<void>;
}
//# sourceMappingURL=0001-create-catalogue-and-stock.d.ts.map