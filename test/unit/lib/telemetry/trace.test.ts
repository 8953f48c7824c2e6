import { describe, expect, it } from '@jest/globals';
import { traceFrom } from '../../../../lib/telemetry/trace.ts';

const ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('the trace of a request', () => {
  it("goes on with the caller's, under a span of our own", () => {
    const trace = traceFrom(`00-${ID}-${SPAN}-01`);
    expect(trace.id).toBe(ID);
    expect(trace.traceparent).toMatch(new RegExp(`^00-${ID}-(?!${SPAN})[0-9a-f]{16}-01$`));
  });

  it('reads a later version by the parts it knows', () => {
    expect(traceFrom(`01-${ID}-${SPAN}-01-more`).id).toBe(ID);
  });

  it.each([
    undefined,
    '',
    `ff-${ID}-${SPAN}-01`,
    `00-${'0'.repeat(32)}-${SPAN}-01`,
    `00-${ID}-${'0'.repeat(16)}-01`,
    `00-${ID.toUpperCase()}-${SPAN}-01`,
    `00-${ID}-${SPAN}-01x`,
    `x00-${ID}-${SPAN}-01`,
  ])('begins anew for %j', (header) => {
    const trace = traceFrom(header);
    expect(trace.id).toMatch(/^(?!0{32})[0-9a-f]{32}$/);
    expect(trace.id).not.toBe(ID);
    expect(trace.traceparent).toMatch(new RegExp(`^00-${trace.id}-[0-9a-f]{16}-00$`));
  });

  it('is another one every time', () => {
    const ids = new Set(Array.from({ length: 5000 }, () => traceFrom(undefined).id));
    expect(ids.size).toBe(5000);
  });
});
