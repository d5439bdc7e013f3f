import type { MigrationInterface, QueryRunner } from 'typeorm';
/** Orders with their histories, and the service's own copy of what products cost. */
export declare class CreateOrdersAndPrices1760000000001 implements MigrationInterface {
    up(runner: QueryRunner): Promise<void>;
    down(runner: QueryRunner): Promise<void>;
}
//# sourceMappingURL=0001-create-orders-and-prices.d.ts.map