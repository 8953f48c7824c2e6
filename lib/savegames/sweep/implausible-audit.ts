/** So much of a slice differs that the store is probably not the one that the rows are about. Nothing was touched. */
export class ImplausibleAudit extends Error {
  constructor(what: string, found: number, of: number) {
    super(`${found} ${what} of ${of}: is this the right store? None of them is touched`);
    this.name = 'ImplausibleAudit';
  }
}
