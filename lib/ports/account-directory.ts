/** What the platform's Account service tells of a user, as far as the library shows it. */
export interface Account {
  /** A lower-case UUID. */
  readonly userId: string;
  /** As other people see it; null when the account has none. */
  readonly displayName: string | null;
}

/** Who the users of the platform are. */
export interface AccountDirectory {
  /**
   * The account of the user; null when there is none. May be some minutes old, and as old as it is when Account does
   * not answer.
   *
   * @param userId a lower-case UUID
   * @param deadline ms since the Unix epoch; nobody waits for the answer past it
   * @throws LibraryError UNAVAILABLE when Account does not answer, and the user was never met
   */
  find(userId: string, deadline: number): Promise<Account | null>;

  /**
   * What can be said of the users in a short moment, for lists that show names: who is not in the map is unknown, or
   * could not be asked about in time. Never rejects.
   *
   * @param userIds lower-case UUIDs
   * @param deadline ms since the Unix epoch
   */
  known(userIds: readonly string[], deadline: number): Promise<ReadonlyMap<string, Account>>;
}
