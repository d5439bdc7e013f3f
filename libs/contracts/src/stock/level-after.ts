import { IsCount, IsId } from '../fields/index.js';
import type { ProductId } from '../ids.js';

/** The stock of a product after an event: what can be ordered, and the number of the change among all changes of it. */
export class LevelAfter {
  @IsId() readonly productId!: ProductId;
  /** 1 is the opening stock. */
  @IsCount(1) readonly change!: number;
  @IsCount() readonly available!: number;
}
