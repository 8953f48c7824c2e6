export interface FamilyTables {
  family_sharing_links: FamilySharingLinks;
  family_exclusions: FamilyExclusions;
}

/** One side of a link; the other side is a row of the other user. */
interface FamilySharingLinks {
  user_id: string;
  /** What the user does: the owner of the games `lends`, the member `borrows`. */
  role: 'lends' | 'borrows';
  other_id: string;
  /** `ended`: the rights are gone already, live sessions may not be. */
  status: 'invited' | 'active' | 'ended';
  invited_at: Date;
  accepted_at: Date | null;
  ended_at: Date | null;
}

/** Games that an owner shares with nobody. */
interface FamilyExclusions {
  user_id: string;
  game_id: string;
  excluded_at: Date;
}
