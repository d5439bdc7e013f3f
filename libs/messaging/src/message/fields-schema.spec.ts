import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsEnum,
  IsInt,
  IsOptional,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { declareRuleSchema, fieldsSchema } from './index.js';

enum Size {
  small = 'S',
  large = 'L',
}

const IsEven = (): PropertyDecorator =>
  ValidateBy({ name: 'isEven', validator: { validate: (value) => Number(value) % 2 === 0 } });
const IsShade = (): PropertyDecorator =>
  ValidateBy({ name: 'isShade', constraints: [9], validator: { validate: (value) => Number(value) <= 9 } });
declareRuleSchema('isShade', (maximum: number) => ({ type: 'integer', maximum }));

class Part {
  @IsInt() @Max(5) readonly pieces!: number;
}

class Box {
  @IsUUID() readonly boxId!: string;
  @IsEnum(Size) readonly size!: Size;
  @IsOptional() @MaxLength(9) readonly note?: string;
  @IsArray() @ArrayMaxSize(3) @IsString({ each: true }) @MaxLength(4, { each: true }) readonly tags!: string[];
  @IsArray() @ValidateNested({ each: true }) @Type(() => Part) readonly parts!: Part[];
  @ValidateNested() @Type(() => Part) readonly lid!: Part;
  @IsInt() @IsEven() readonly corners!: number;
  @IsShade() readonly shade!: number;
}

const part = { type: 'object', properties: { pieces: { type: 'integer', maximum: 5 } }, required: ['pieces'] };

describe('the schema of a class', () => {
  const { properties, required } = fieldsSchema(Box);

  it.each([
    ['boxId', { type: 'string', format: 'uuid' }],
    ['size', { type: 'string', enum: ['S', 'L'] }],
    ['note', { maxLength: 9 }],
    ['tags', { type: 'array', maxItems: 3, items: { type: 'string', maxLength: 4 } }],
    ['parts', { type: 'array', items: part }],
    ['lid', part],
    ['corners', { type: 'integer', 'x-rules': ['isEven'] }],
    ['shade', { type: 'integer', maximum: 9 }],
  ])('describes %s by its rules', (field, schema) => expect(properties?.[field]).toEqual(schema));

  it('requires each field that is not optional', () =>
    expect([...required!].sort()).toEqual(['boxId', 'corners', 'lid', 'parts', 'shade', 'size', 'tags']));
});
