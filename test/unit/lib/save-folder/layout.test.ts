import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { contentName, contentsNamed, partName, partsNamed } from '../../../../lib/save-folder/content.ts';
import { layoutOf, uploadNamed } from '../../../../lib/save-folder/layout.ts';

const layout = layoutOf('/saves');
const id = fc.uuid();
const sha256 = fc.stringMatching(/^[0-9a-f]{64}$/);
const size = fc.nat(Number.MAX_SAFE_INTEGER);

describe('paths of the folder', () => {
  it('are made of lower-case UUIDs and of nothing else', () => {
    const wrong = ['', '..', '../../etc/passwd', 'AB98F2B4-0B00-7000-8000-000000000001', `${'0'.repeat(36)}`, 'x/../y'];
    for (const text of wrong) {
      expect(() => layout.object(text)).toThrow(TypeError);
      expect(() => layout.partsOf({ objectId: text, partsId: text })).toThrow(TypeError);
    }
    fc.assert(fc.property(fc.string(), (text) => expect(() => layout.object(text)).toThrow(TypeError)));
  });

  it('lie where their kind lies, spread by the first digits of the id', () => {
    fc.assert(
      fc.property(id, id, (objectId, partsId) => {
        expect(layout.object(objectId)).toBe(path.join('/saves/objects', objectId.slice(0, 2), objectId));
        expect(layout.shards).toContain(objectId.slice(0, 2));
        expect(path.dirname(layout.partsOf({ objectId, partsId }))).toBe('/saves/unfinished');
      }),
    );
  });

  it('tell what is under way by name, and leave out what is not ours', () => {
    fc.assert(
      fc.property(id, id, (objectId, partsId) => {
        const name = path.basename(layout.partsOf({ objectId, partsId }));
        expect(uploadNamed(name)).toEqual({ objectId, partsId });
        for (const other of [`${name}.bak`, `.${name}`, objectId, name.toUpperCase()]) {
          if (other !== name) expect(uploadNamed(other)).toBeNull();
        }
      }),
    );
  });
});

describe('names of contents', () => {
  const content = fc.record({
    generation: fc.integer({ min: 1, max: 999_999_999 }),
    sizeBytes: size,
    sha256,
    parts: fc.option(fc.integer({ min: 1, max: 99_999 })),
  });

  it('say all there is to say, and the highest generation counts', () => {
    fc.assert(
      fc.property(fc.array(content, { minLength: 1 }), (contents) => {
        const found = contentsNamed([...contents.map(contentName), '.nfs0001', 'parts', 'whole']);
        expect(found).toHaveLength(contents.length);
        expect(found[0]?.generation).toBe(Math.max(...contents.map(({ generation }) => generation)));
        expect(found).toEqual(expect.arrayContaining(contents));
      }),
    );
  });

  it('do not depend on the order in which the file system tells them', () => {
    fc.assert(
      fc.property(fc.uniqueArray(content, { selector: contentName }), (contents) => {
        const names = contents.map(contentName);
        expect(contentsNamed(names.toReversed())).toEqual(contentsNamed(names));
      }),
    );
  });

  it('put parts in the order of their numbers', () => {
    const part = fc.record({ number: fc.integer({ min: 1, max: 99_999 }), sizeBytes: size, sha256 });
    fc.assert(
      fc.property(fc.uniqueArray(part, { selector: ({ number }) => number }), (parts) => {
        const found = partsNamed([...parts.map(partName), '.DS_Store']);
        expect(found).toEqual(parts.toSorted((one, other) => one.number - other.number));
      }),
    );
  });
});
