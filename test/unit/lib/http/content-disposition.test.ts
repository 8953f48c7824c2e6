import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { attachment } from '../../../../lib/http/content-disposition.ts';

describe('the name under which a browser saves', () => {
  it('is there twice: for old programs, and as it is', () => {
    expect(attachment('slot-1-v7')).toBe(`attachment; filename="slot-1-v7"; filename*=UTF-8''slot-1-v7`);
    expect(attachment(`Straße "1"`)).toBe(`attachment; filename="Stra_e _1_"; filename*=UTF-8''Stra%C3%9Fe%20%221%22`);
  });

  it('never breaks out of its header, and can be read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const header = attachment(name);
        expect(header).toMatch(/^attachment; filename="[^"\\%]*"; filename\*=UTF-8''[A-Za-z0-9!#$&+.^_`|~%-]*$/);
        expect(/[^\x20-\x7e]/.test(header)).toBe(false);
        const encoded = header.slice(header.indexOf("''") + 2);
        expect(decodeURIComponent(encoded)).toBe(name.replaceAll(/[\p{Cc}\p{Cs}]/gu, '_'));
      }),
    );
  });
});
