import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { memberText } from '../../../../lib/http/json-member.ts';

describe('the text of a JSON member', () => {
  it('is what was sent, with the numbers, escapes, spaces and orders that parsing would change', () => {
    const text = '{ "b" : 1.0, "2":-0,"1": 12345678901234567890, "a":"\\u0000\\ud800 }\\\\" ,"a":[ {}, "]" ] }';
    expect(memberText(`{"x":"settings","settings" : ${text} ,"z":[1]}`, 'settings')).toBe(text);
  });

  it('is the last of those of one name, however the name is written', () => {
    expect(memberText('{"m":1,"\\u006d" : 2.50 , "n":{"m":3}}', 'm')).toBe('2.50');
  });

  it('is not there where the object has no such member', () => {
    expect(memberText(' { } ', 'm')).toBeUndefined();
    expect(memberText('{"n":{"m":1}}', 'm')).toBeUndefined();
  });

  it('means what JSON.parse finds there, for any object', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.jsonValue(),
        fc.integer({ max: 4 }),
        (rest, value, indent) => {
          const json = JSON.stringify(
            { ...rest, member: value, [`${Object.keys(rest)[0]}"`]: 1 },
            null,
            Math.max(0, indent),
          );
          expect(JSON.parse(memberText(json, 'member') ?? '')).toEqual(JSON.parse(JSON.stringify(value)));
        },
      ),
    );
  });
});
