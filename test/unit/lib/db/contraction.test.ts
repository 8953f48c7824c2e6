import { describe, expect, it } from '@jest/globals';
import { contractedFor, mustServe, SchemaTooNew } from '../../../../lib/db/contraction.ts';
import { isBefore, RELEASE } from '../../../../lib/release.ts';

describe('a release and the migrations it does not know', () => {
  it('works on a schema that newer releases have only added to', () => {
    expect(() => mustServe('1.1.0', ['0031_notes', '0032_more_notes'])).not.toThrow();
  });

  it('refuses a schema that lacks what it needs, and says which migration took it away', () => {
    const contracted = (): void => mustServe('1.1.0', ['0031_notes', '0032_contract_1_2_0_drop_old_notes']);
    expect(contracted).toThrow(SchemaTooNew);
    expect(contracted).toThrow(
      'release 1.1.0 cannot work on this schema: migration 0032_contract_1_2_0_drop_old_notes left it to releases from 1.2.0 on',
    );
  });

  it('works on a schema that lacks only what it had stopped using', () => {
    expect(() => mustServe('1.2.0', ['0032_contract_1_2_0_drop_old_notes'])).not.toThrow();
    expect(() => mustServe('1.10.0', ['0032_contract_1_2_0_drop_old_notes'])).not.toThrow();
  });

  it('takes no other name for a contraction', () => {
    expect(contractedFor('0033_contract_signatures')).toBeNull();
    expect(contractedFor('0033_contract_1_20_3_x')).toBe('1.20.3');
  });

  it('orders releases by number, not by text', () => {
    expect(isBefore('1.9.0', '1.10.0')).toBe(true);
    expect(isBefore('2.0.0', '1.99.99')).toBe(false);
    expect(isBefore('1.2.3', '1.2.3')).toBe(false);
    expect(() => isBefore('next', '1.0.0')).toThrow('not a release: next');
    expect(isBefore(RELEASE, '9999.0.0')).toBe(true);
  });
});
