import 'reflect-metadata';
import { IsString } from 'class-validator';
import { decode } from '../handling/decode.js';
import type { Decoded } from '../handling/decoded.js';
import { Message, MessageRegistry, topic } from '../message/index.js';
import type { IncomingRecord } from '../ports/index.js';

export const notes = topic('notes.events', { owner: 'notes', partitions: 2 });

@Message({ type: 'note.written', topic: notes, key: 'noteId' })
export class NoteWritten {
  @IsString() readonly noteId!: string;
  @IsString() readonly text!: string;
}

export const registry = new MessageRegistry([NoteWritten]);

export const idAt = (offset: number): string => `00000000-0000-7000-8000-${String(offset).padStart(12, '0')}`;

/** A record of partition 0; its message id is derived from the offset. */
export const aRecord = (noteId: string, offset: number, text = 'a text'): IncomingRecord => ({
  topic: notes.name,
  partition: 0,
  offset: BigInt(offset),
  key: noteId,
  value: Buffer.from(JSON.stringify({ noteId, text })),
  headers: {
    ce_id: idAt(offset),
    ce_type: 'note.written',
    ce_schemaversion: '1',
    ce_source: '/notes',
    ce_sequence: '1',
  },
});

export const decoded = (noteId: string, offset: number, text?: string): Decoded =>
  decode(aRecord(noteId, offset, text), registry);
