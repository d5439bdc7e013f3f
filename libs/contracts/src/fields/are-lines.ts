import 'reflect-metadata';
import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, ValidateNested } from 'class-validator';
import { maxLines } from './lines.js';

type LineClass = new () => object;

const lineOf = Symbol('class of the lines');

/** A list of validated lines; `atLeast` is 0 if the list may be empty. */
export const AreLines =
  (line: () => LineClass, atLeast = 1): PropertyDecorator =>
  (target, property) => {
    for (const rule of [
      IsArray(),
      ArrayMinSize(atLeast),
      ArrayMaxSize(maxLines),
      ValidateNested({ each: true }),
      Type(line),
    ])
      rule(target, property);
    Reflect.defineMetadata(lineOf, line, target, property);
  };

/** The line class of a property that is marked with `AreLines`. */
export const lineClassOf = (cls: new () => object, property: string): LineClass | undefined =>
  (Reflect.getMetadata(lineOf, cls.prototype as object, property) as (() => LineClass) | undefined)?.();
