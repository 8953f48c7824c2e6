// Original file: api/proto/v1/library.proto


export interface ItemAchievements {
  'unlocked'?: (number);
  'total'?: (number);
}

export interface ItemAchievements__Output {
  'unlocked': (number);
  'total': (number);
}
