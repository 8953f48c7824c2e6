import { describe, expect, it } from '@jest/globals';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { closed, day, nullable, text, timestamp, uuid } from '../../../../lib/contract/fields.ts';
import { compileCheck, invalid } from '../../../../lib/contract/validation.ts';

describe('a compiled check', () => {
  it('runs compiled, not interpreted', () => {
    expect(Compile(closed({ id: uuid('an id') })).IsAccelerated()).toBe(true);
  });

  it.each([
    ['0198f2b4-7c1e-7a30-9d52-3f6b1c0a4e21', true],
    ['0198F2B4-7C1E-7A30-9D52-3F6B1C0A4E21', true],
    ['00000000-0000-0000-0000-000000000000', true],
    ['0198f2b47c1e7a309d523f6b1c0a4e21', false],
    ['{0198f2b4-7c1e-7a30-9d52-3f6b1c0a4e21}', false],
    ['urn:uuid:0198f2b4-7c1e-7a30-9d52-3f6b1c0a4e21', false],
    ['0198f2b4-7c1e-7a30-9d52-3f6b1c0a4e2g', false],
    ['0198f2b4-7c1e-7a30-9d52-3f6b1c0a4e21\n', false],
    ['', false],
  ])('takes %j for a UUID: %s', (value, valid) => {
    expect(compileCheck(uuid('an id'))(value) === null).toBe(valid);
  });

  it.each([
    ['2026-03-01T18:30:00Z', true],
    ['2026-03-01T18:30:00.123456+05:30', true],
    ['2026-03-01T18:30:00', false],
    ['2026-03-01 18:30:00Z', false],
    ['2026-02-30T00:00:00Z', false],
    ['2016-12-31T23:59:60Z', false],
    ['2026-03-01T18:30:00Z[Europe/Paris]', false],
    ['2026-03-01', false],
    ['1790000000', false],
  ])('takes %j for a time it can compute with: %s', (value, valid) => {
    expect(compileCheck(timestamp('when'))(value) === null).toBe(valid);
  });

  it('refuses what PostgreSQL cannot store: U+0000, half a surrogate pair, a day in the year 0', () => {
    const check = compileCheck(text('words', 10));
    expect(check('a\u0000b')).not.toBeNull();
    expect(check('a\ud83c')).not.toBeNull();
    expect(check('\udfae\ud83c')).not.toBeNull();
    expect(compileCheck(day('when'))('0000-01-01')).not.toBeNull();
    expect(compileCheck(day('when'))('0001-01-01')).toBeNull();
    expect(check('a\nb\u{1f3ae}')).toBeNull();
  });

  it('names a missing, an unknown and a wrong member, however deep', () => {
    const check = compileCheck(
      closed({
        list: Type.Array(closed({ id: uuid('an id'), kind: Type.Enum(['a', 'b']), note: nullable(Type.String()) })),
      }),
    );
    expect(check({ list: [{ id: 'x', kind: 'c', note: 1, more: 2 }, {}] })).toEqual(
      expect.arrayContaining([
        { field: 'list.0.id', message: 'must match format "uuid"' },
        { field: 'list.0.kind', message: 'must be one of a, b' },
        { field: 'list.0.more', message: 'is not known' },
        { field: 'list.0.note', message: 'must be string' },
        { field: 'list.1.id', message: 'is required' },
      ]),
    );
  });

  it('says no more than twenty things about a hostile body, and repeats no endless names', () => {
    const hostile = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`${n}`.padEnd(1000, 'x'), n]));
    const errors = compileCheck(closed({ id: uuid('an id') }))(hostile) ?? [];
    expect(errors.length).toBeLessThanOrEqual(20);
    expect(JSON.stringify(errors).length).toBeLessThan(4000);
    expect(invalid(errors)).toMatchObject({ type: 'VALIDATION_ERROR', code: 422 });
  });

  it('is not fooled by names that every object has', () => {
    const check = compileCheck(closed({ id: Type.Optional(uuid('an id')) }));
    for (const name of ['__proto__', 'constructor', 'toString']) {
      expect(check(JSON.parse(`{"${name}":{}}`))).toEqual([{ field: name, message: 'is not known' }]);
    }
  });
});
