import 'reflect-metadata';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, ValidateNested } from 'class-validator';
import { maxLines } from './lines.js';

/** A list of checked lines; `atLeast` 0 where "nothing" is an answer. */
export const AreLines =
  (line: () => new () => object, atLeast = 1): PropertyDecorator =>
  (target, property) => {
    for (const rule of [IsArray(), ArrayMinSize(atLeast), ArrayMaxSize(maxLines), ValidateNested({ each: true }), Type(line)]) rule(target, property as string);
  };
