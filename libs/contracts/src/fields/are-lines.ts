import 'reflect-metadata';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, ValidateNested } from 'class-validator';
import { maxLines } from './lines.js';

/** A list of validated lines; `atLeast` is 0 if the list may be empty. */
export const AreLines =
  (line: () => new () => object, atLeast = 1): PropertyDecorator =>
  (target, property) => {
    for (const rule of [
      IsArray(),
      ArrayMinSize(atLeast),
      ArrayMaxSize(maxLines),
      ValidateNested({ each: true }),
      Type(line),
    ])
      rule(target, property);
  };
