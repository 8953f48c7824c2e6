import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import Type from 'typebox';
import { closed } from '../../../../lib/contract/fields.ts';
import { compileQuery } from '../../../../lib/contract/query.ts';

const read = compileQuery(
  closed({
    limit: Type.Integer({ default: 50 }),
    days: Type.Optional(Type.Integer()),
    hidden: Type.Optional(Type.Boolean()),
    q: Type.Optional(Type.String()),
  }),
);

describe('the query of a URL', () => {
  it('becomes numbers and booleans where the schema says so, with the defaults filled in', () => {
    expect({ ...read('days=-7&hidden=true&q=12') }).toEqual({ days: -7, hidden: true, q: '12', limit: 50 });
  });

  it.each(['1.5', '1e3', '0x10', ' 1', '', '01', '99999999999999999'])(
    'leaves %j text where a number belongs',
    (value) => {
      expect(read(`days=${encodeURIComponent(value)}`)['days']).toBe(value);
    },
  );

  it('makes a list of what is given twice', () => {
    expect(read('q=a&q=b&q=c')['q']).toEqual(['a', 'b', 'c']);
  });

  it('reads every integer back that it was given', () => {
    fc.assert(
      fc.property(fc.integer(), (days) => {
        expect(read(`days=${days}`)['days']).toBe(days);
      }),
    );
  });

  it('has only the members that were sent, whatever they are called', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (sent) => {
        const query = read(new URLSearchParams(sent).toString());
        expect(Object.keys(query).sort()).toEqual([...new Set([...Object.keys(sent), 'limit'])].sort());
        expect(Object.getPrototypeOf(query)).toBeNull();
      }),
    );
    expect(Object.keys(read('__proto__=1'))).toContain('__proto__');
  });
});
